import Database from 'better-sqlite3'; import fs from 'node:fs';
const N=100000,B=200; const d=JSON.stringify({text:'x'.repeat(220),tokens:1,logprobs:[0.1,-0.2,3],nested:{a:1,b:'two'}}); const h=Buffer.alloc(32,3);
function go(name:string, {base=0, uniq=true, page=8192, cache=-16000, big=false}){
for (const e of ['','-wal','-shm']) fs.rmSync('/tmp/raw.db'+e,{force:true});
const db=new Database('/tmp/raw.db'); db.pragma('page_size='+page); db.pragma('journal_mode=WAL'); db.pragma('synchronous=NORMAL'); db.pragma('wal_autocheckpoint=4000'); db.pragma('cache_size='+cache);
db.exec('create table e(position integer primary key, stream integer not null, version integer not null, type text not null, data text not null, time integer not null, attempt integer not null, head blob, row_hash blob'+(uniq?', unique(stream,version)':'')+') strict');
const p=db.prepare('insert into e values(?,?,?,?,?,?,?,?,?)');
const t=performance.now(); let c=0; for(let i=0;i<N;i+=B) {const f=db.transaction(()=>{for(let j=i;j<i+B;j++) p.run(big?BigInt(base+j):base+j,Math.floor(j/10000)*500+j%500,Math.floor(j%10000/500),'call.answered',d,123,1,h,h);c=performance.now()}); f.immediate();} console.log(name,(performance.now()-t)/N*1000,'us'); db.close();}
for(let k=0;k<2;k++){go('base',{}); go('2^32',{base:2**32}); go('bigint',{base:2**32,big:true}); go('no index',{uniq:false}); go('cache64M',{cache:-64000}); go('page4k',{page:4096});}
