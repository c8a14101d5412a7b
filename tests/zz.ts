import D from 'better-sqlite3';
import { REMOVED_BLOBS } from '../store/schema.ts';

const d = new D(process.argv[2]!);
d.exec(REMOVED_BLOBS);
d.close();
