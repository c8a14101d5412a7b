import { sha256 } from '../../src/core/hash.ts';
import { designOf } from '../../src/designs/design.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { parseSpec } from '../../src/designs/spec.ts';
import { recordCompletion } from '../../src/policies/recorded-call.ts';
import type { EffectAnswer, Effects } from '../../src/runtime/effect.ts';
import { Store } from '../../store/store.ts';
import { SESSION, scriptedEffects, scriptedRun } from '../runtime/scripted.ts';
import { smallConfig } from '../runtime/small-run.ts';

/** What stands for the weights of every step. */
const WEIGHTS = new Uint8Array(4);

/** Effects whose every text is the one given, as a model, a task or a tool might write it. */
function hostileEffects(text: string): Effects {
  const scripted = scriptedEffects(7, () => 0);
  const library = defaultLibrary();
  const spec = parseSpec({ mas: 1, root: { kind: 'agent', name: 'solve', prompt: text } }, library);
  if (!spec.ok) throw new Error('a prompt may hold any text');
  const compiled = { type: 'compiled', data: JSON.parse(JSON.stringify(designOf(spec.spec, library))) };
  const answer = async (type: string, data: object): Promise<EffectAnswer> => ({
    type,
    data: JSON.parse(JSON.stringify(data)),
  });
  return {
    ...scripted,
    call: async () => ({
      type: 'called',
      ...recordCompletion({
        text,
        asksTool: false,
        finish: 'stop',
        version: text,
        promptTokens: [1],
        tokens: [1],
        logProbs: [-1],
      }),
    }),
    compile: async ({ stream }) =>
      stream.endsWith('design/1') ? answer('rejected', { cause: text, message: text }) : compiled,
    check: () => answer('checked', { passed: false, text, failed: text }),
    verify: () =>
      answer('verified', { score: 0, answer: { kind: 'function', source: text }, parts: { [text]: 1 } }),
    pick: () => answer('picked', { tasks: [{ id: text, family: text, text }] }),
    learn: ({ key }) => answer('learned', { label: key, version: sha256(WEIGHTS), loss: 1 }),
    imitate: ({ key }) => answer('imitated', { label: key, version: text, loss: 1 }),
  };
}

/** Records a scripted run of a few events, all of whose texts are the one given, in a new store. */
export async function recordHostile(file: string, text: string): Promise<void> {
  const store = Store.open(file, { mode: 'create', clock: () => 1 });
  try {
    const config = { ...smallConfig(), preset: text };
    const { id } = store.createRun({ config: JSON.parse(JSON.stringify(config)), codeVersion: text });
    const log = store.openLog(id, text);
    try {
      log.append([], {
        put: [
          { name: text, kind: text, bytes: WEIGHTS },
          { name: 'weights/step/0000/shared', kind: 'weights', bytes: WEIGHTS },
        ],
      });
      await scriptedRun(log, hostileEffects(text)).run('session', 'session', {
        plan: { ...SESSION.plan, steps: 1 },
        config: { ...SESSION.config, preset: text },
      });
    } finally {
      log.close(text);
    }
  } finally {
    store.close();
  }
}
