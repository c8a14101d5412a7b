import type { EventReader } from '../../../store/event-log.ts';
import { MemoryLog } from '../../../store/memory-log.ts';
import { InvariantError, must } from '../../core/errors.ts';
import { type ForkCredit, forkCredit } from '../../credit/leave-one-out.ts';
import type { RunConfig } from '../config.ts';
import type { Kit } from '../kit.ts';
import { type Hardware, readMaterial, Troupe } from '../troupe.ts';
import { keptVersions } from '../versions.ts';
import { branch, type RecordedExecution, readExecution } from './branch.ts';
import { modelsAt } from './relearn.ts';

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
  const execution = readExecution(reader, stream);
  const material = must(readMaterial(reader), 'the tasks and tokenizer of the run');
  const troupe = new Troupe({ ...config, forks: [] }, material, kit, new MemoryLog(() => 0), hardware, {
    branched: reader,
  });
  try {
    const [call] = execution.calls.values();
    const kept = keptVersions(reader).find(({ version }) => version === call?.version);
    if (kept !== undefined) troupe.models.restoreWeights(reader, kept.label);
    else {
      const began = must(reader.read(stream)[0], 'the first event of an execution').seq;
      const models = await modelsAt(reader, began, config, material, kit, (done, of) =>
        onProgress?.('learning its weights again', done, of),
      );
      troupe.models.takeFrom(models);
    }
    if (call !== undefined && config.policies === 'shared' && troupe.models.version !== call.version) {
      throw new InvariantError(`the weights ${call.version.slice(0, 10)} of the execution are not to be had`);
    }
    await troupe.load();
    const calls = [...execution.calls.keys()];
    let done = 0;
    const credit = await forkCredit(execution.score, calls, draws, async (name, draw) => {
      const result = await branch(execution, name, draw, { library: kit.library, effects: troupe.effects });
      onProgress?.('running branches', ++done, calls.length * draws);
      return result;
    });
    return { ...credit, execution };
  } finally {
    await troupe.close();
  }
}
