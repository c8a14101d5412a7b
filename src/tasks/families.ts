import { arithmetic } from './arithmetic.ts';
import { chain } from './chain.ts';
import { code } from './code.ts';
import { memo } from './memo.ts';
import { notes } from './notes.ts';
import type { TaskFamily } from './task.ts';
import { trace } from './trace.ts';

/** The families that a run trains on unless it is told otherwise: three of mathematics, three of code. */
export function defaultFamilies(): TaskFamily[] {
  return [arithmetic, notes, chain, code, trace, memo];
}
