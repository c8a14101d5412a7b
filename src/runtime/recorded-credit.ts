import { z } from 'zod';
import { pad } from '../../machines/command.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { canonicalJson } from '../core/json.ts';
import { assignCredit, type CreditSettings, type StepCredit } from '../credit/credit.ts';
import { readTrees } from '../credit/tree.ts';

/** The prefix of a step's streams. */
export function stepPrefix(step: number): string {
  return `step/${pad(step, 4)}`;
}

const creditSchema = z.object({
  key: z.string(),
  role: z.enum(['designer', 'executor']),
  samples: z.array(z.object({ stream: z.string(), key: z.string(), advantage: z.number() })),
  groups: z.number(),
  zeroVariance: z.number(),
  designerReward: z.number(),
  executorReward: z.number(),
  invalid: z.number(),
  designs: z.number(),
  executions: z.number(),
  entropy: z.number().nullable().default(null),
});

/** Credit of a step, folded from its recorded trees. */
export function creditFromLog(
  log: EventReader,
  step: number,
  role: StepCredit['role'],
  settings: CreditSettings,
): StepCredit {
  return assignCredit(readTrees(log.readPrefix(stepPrefix(step))), role, settings);
}

export interface RecordedCredit extends StepCredit {
  readonly step: number;
  /** Position of the event in the run. */
  readonly seq: number;
}

/** The `credited` events of a run, in order; where both roles learn, a step has one for each. */
export function recordedCredits(log: EventReader): RecordedCredit[] {
  return log
    .read('session')
    .filter((event) => event.type === 'credited')
    .map(parseCredit);
}

/** The credit of a role in a step, looked for from the log's end; undefined if there is none. */
export function recordedCredit(
  log: EventReader,
  step: number,
  role: StepCredit['role'],
): RecordedCredit | undefined {
  for (const event of log.backwards('session')) {
    if (event.type !== 'credited') continue;
    const credit = parseCredit(event);
    if (credit.step < step) return undefined;
    if (credit.step === step && credit.role === role) return credit;
  }
  return undefined;
}

function parseCredit({ data, seq }: StoredEvent): RecordedCredit {
  const { key, ...credit } = creditSchema.parse(data);
  return { ...credit, step: Number(key.slice('step/'.length)), seq };
}

/** Whether a credit that is computed again is the recorded one to the last bit, in all that was recorded. */
export function sameCredit(again: StepCredit, recorded: StepCredit): boolean {
  const content = (credit: StepCredit) => {
    const { role, samples, groups, zeroVariance, designerReward, executorReward, entropy } = credit;
    const all = { role, samples, groups, zeroVariance, designerReward, executorReward };
    return canonicalJson(recorded.entropy === null ? all : { ...all, entropy });
  };
  return content(again) === content(recorded);
}
