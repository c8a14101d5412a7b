import { z } from 'zod';

const count = z.number().int().positive();
const fraction = z.number().min(0).max(1);
const rate = z.number().positive();
const amount = z.number().min(0);

/** What an update is made with. */
const members = {
  executorRate: rate,
  designerRate: rate,
  executorEpochs: count,
  designerEpochs: count,
  batchTokens: count,
  clip: fraction,
  maxGradientNorm: rate,
  beta1: fraction,
  beta2: fraction,
  /** A nat of entropy is worth this much, and a nat away from the cold start's policy costs that much. */
  entropyBonus: amount,
  klPenalty: amount,
  /** Advantage of a demonstrated script that the designer learns from for each task; it falls to 0 at the last step. */
  rehearsal: amount,
  /** Steps of each role over which its learning rate rises to the full one; 0 for the full one at once. */
  warmUpSteps: count.or(z.literal(0)),
};

/** All of it; what an older Troupe did not know is off. */
export const learningSchema = z.strictObject({
  ...members,
  entropyBonus: amount.default(0),
  klPenalty: amount.default(0),
  rehearsal: amount.default(0),
  warmUpSteps: members.warmUpSteps.default(0),
});
export type LearningSettings = z.infer<typeof learningSchema>;

/** Some of it: what a run goes on with in place of its configuration's. */
export const learningChangeSchema = z.strictObject(members).partial();
export type LearningChange = z.infer<typeof learningChangeSchema>;
