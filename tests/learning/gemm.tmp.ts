import { GraphBuilder } from '../../src/onnx/graph.ts';
import { matmul } from '../../src/onnx/ops.ts';
import { localSession } from '../../src/onnx/session.ts';
for (const [a, b, o] of [[[3072,128],[128,512],{}],[[3072,128],[3072,512],{transA:true}],[[3072,512],[3072,128],{transA:true}],[[3072,512],[128,512],{transB:true}],[[1024,1024],[1024,1024],{}],[[768,128],[128,512],{}],[[768,128],[768,512],{transA:true}],[[768,512],[768,128],{transA:true}]] as const) {
  const g = new GraphBuilder('x'); const x = g.input('x','float32',a), y = g.input('y','float32',b);
  g.output('z', matmul(x, y, o)); const s = await localSession(g.build());
  const f = { x: {data: new Float32Array(a[0]*a[1]).fill(.5), dims: a}, y: {data: new Float32Array(b[0]*b[1]).fill(.5), dims: b} };
  await s.run(f); let best = 1e9; for (let i = 0; i < 20; i++) { const t = performance.now(); await s.run(f); best = Math.min(best, performance.now()-t); }
  const K = (o as any).transA ? a[0] : a[1], M = (o as any).transA ? a[1] : a[0], N = (o as any).transB ? b[0] : b[1];
  console.log(a, b, o, best.toFixed(2), 'ms', (2*M*N*K/best/1e6).toFixed(1), 'GFLOP/s');
}
