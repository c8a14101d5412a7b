/**
 * What Troupe does otherwise than it did when older runs were recorded, numbered and never renumbered (as in Temporal's
 * `flags.ts`). A new run notes the numbers of all of them in its configuration, and so in its first event; a run that
 * lacks a number goes on, forks and verifies as it was recorded. A run from before there were any has none.
 */
export const BEHAVIOURS = {
  /** A harder task never asks for what a training or held-out task asks for: of one seed's harder memos one was a training memo. */
  harderApart: 1,
  /** The scores of a design are added smallest first: their mean was another in the last bit where executions came in another order. */
  rewardInAnyOrder: 2,
  /** `learned` leaves out what was not measured, and `credited` has the entropy of all samples: a KL of 0 said that nothing had moved where nobody had looked. */
  measuredFigures: 3,
  /** Samples of advantage 0 are learned from where entropy or divergence has a price: both were paid on the few samples that differed from their group alone. */
  pricesOnAllSamples: 4,
  /** The KL penalty follows the gradient of KL(policy ‖ reference): the one before was that of KL(reference ‖ policy). */
  reverseKl: 5,
  /** The importance ratio is bounded: that of a token which had been nearly impossible overflowed, and the weights with it. */
  boundedRatio: 6,
  /** `checked` and `verified` name the first public test that failed: what a draft had returned was nowhere to be read. */
  failedTest: 7,
  /** `imitated` and `learned` name the optimiser's moments by their hash: a run whose moments were gone went on with zeros. */
  namedMoments: 20,
  /** Verdicts, votes, feedback and critics decide alike what an answer is: a boxed answer scored 0, and 3/2 and 1.50 were two votes. */
  oneAnswer: 40,
  /** A role answers its task where it holds the task's answer: format examples were refused, and answers in other words were not. */
  knownAnswer: 41,
} as const satisfies { readonly [name: string]: number };

export type Behaviour = keyof typeof BEHAVIOURS;

/** The numbers of all behaviours: what a new run notes. */
export const NEWEST: readonly number[] = Object.values(BEHAVIOURS);

/** Whether a run whose configuration notes these numbers has a behaviour. */
export function behaves(noted: readonly number[] | undefined, name: Behaviour): boolean {
  return noted?.includes(BEHAVIOURS[name]) ?? false;
}
