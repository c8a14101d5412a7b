/** How names of arms end whose executor learns from what went well alone. */
export const POSITIVE = '-positive';

/** What is changed for them. */
export const WITHOUT_BLAME = { credit: { executorNegative: 0 } };
