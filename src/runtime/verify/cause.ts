/** Why a verification failed, as far as it can be told. */
export type Cause =
  | 'log altered'
  | 'code changed'
  | 'weights missing'
  | 'arithmetic differs'
  | 'kit changed'
  | 'unknown';

/** What is known when an event turns out to differ. */
export interface Evidence {
  /** What found the difference: the hash chains of the stored rows, or the execution. */
  readonly foundBy: 'hashes' | 'execution';
  /** Weights or moments that the run names are absent, damaged, or not those that its events name. */
  readonly weightsMissing: boolean;
  /** `lacks`: a family or a node that the run used; `differs`: other tasks or another tokenizer come of the seed. */
  readonly kit: 'lacks' | 'differs' | 'same';
  /** Whether the code is that which recorded the run; null where one of the versions is not known. */
  readonly sameCode: boolean | null;
  /**
   * How far the values that arithmetic could have moved are apart: log-probabilities in nats, figures of training
   * relative. Null where the difference is of another kind.
   */
  readonly gap: number | null;
}

/** Values further apart than this were not moved by another order of additions. */
const CLOSE = 0.05;

/** The likeliest cause of a difference. */
export function causeOf({ foundBy, weightsMissing, kit, sameCode, gap }: Evidence): Cause {
  if (weightsMissing) return 'weights missing';
  if (foundBy === 'hashes') return 'log altered';
  if (kit === 'lacks') return 'kit changed';
  if (sameCode === false) return 'code changed';
  if (kit === 'differs') return 'kit changed';
  // Equal values beside a difference say that something else was altered.
  if (gap !== null && gap > 0 && gap <= CLOSE) return 'arithmetic differs';
  return 'unknown';
}
