import type { EventReader } from '../../../store/event-log.ts';
import { MemoryLog } from '../../../store/memory-log.ts';
import { must, UserError } from '../../core/errors.ts';
import { type ForkCredit, forkCredit } from '../../credit/leave-one-out.ts';
import type { RunConfig } from '../config.ts';
import type { Kit } from '../kit.ts';
import { readMaterial } from '../material.ts';
import { type Hardware, Troupe } from '../troupe.ts';
import { branch, type RecordedExecution, readExecution } from './branch.ts';
import { restorePlayed } from './played.ts';

export interface WorthOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Branches per call. */
  readonly draws: number;
  readonly onProgress?: (what: string, done: number, of: number) => void;
}

export interface ExecutionWorth extends ForkCredit {
  readonly execution: RecordedExecution;
}

/** Leave-one-out credit of every call of a recorded execution, by branches under the weights that played it. */
export async function executionWorth(
  reader: EventReader,
  config: RunConfig,
  stream: string,
  options: WorthOptions,
): Promise<ExecutionWorth> {
  const { kit, hardware, draws, onProgress } = options;
  if (config.forks?.some(({ policies, fresh }) => policies !== undefined || fresh !== undefined)) {
    throw new UserError(
      'forked-credit',
      'This run branches off another one with other policies or fresh draws; --by fork takes runs without, such as its parent.',
    );
  }
  const execution = readExecution(reader, stream);
  const material = must(readMaterial(reader), 'the tasks and tokenizer of the run');
  const troupe = new Troupe({ ...config, forks: [] }, material, kit, new MemoryLog(() => 0), hardware, {
    branched: reader,
  });
  try {
    await restorePlayed(troupe.models, { reader, config, material, kit }, stream, (done, of) =>
      onProgress?.('learning its weights again', done, of),
    );
    await troupe.load();
    await troupe.castAs(reader, [stream]);
    const calls = [...execution.calls.keys()];
    let done = 0;
    const credit = await forkCredit(execution.score, calls, draws, async (name, draw) => {
      const result = await branch(execution, name, draw, {
        library: kit.library,
        effects: troupe.effects,
        behaviours: config.behaviours ?? [],
      });
      onProgress?.('running branches', ++done, calls.length * draws);
      return result;
    });
    return { ...credit, execution };
  } finally {
    await troupe.close();
  }
}
