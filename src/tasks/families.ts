import { arithmetic } from './arithmetic.ts';
import { code } from './code.ts';
import type { TaskFamily } from './task.ts';

/** The families that a run trains on unless it is told otherwise. */
export function defaultFamilies(): TaskFamily[] {
  return [arithmetic, code];
}
