import type { CreditSettings } from '../../src/credit/credit.ts';
import type { LogEvent } from '../../src/credit/tree.ts';
import { recordCompletion } from '../../src/policies/recorded-call.ts';

export const SETTINGS: CreditSettings = {
  callPrice: 0.1,
  executorGroup: 'design',
  executorFloor: 0.05,
  designerScale: 0.3,
  designerLimit: 3,
  novelty: 0,
  noveltyFloor: -3.5,
};

/** The content of a `called` event with two tokens. */
export function called(text: string, key = 'turn/0', logProb = -1) {
  const { data, bytes } = recordCompletion({
    text,
    finish: 'stop',
    asksTool: false,
    version: 'w',
    promptTokens: [1],
    tokens: [2, 3],
    logProbs: [logProb, 0],
  });
  return { data: { ...data, key }, bytes };
}

/** Events of one task: per design its script and the scores of its executions, or null where rejected. */
export function tree(
  task: string,
  designs: readonly { script: string; scores: readonly number[] | null; calls?: number }[],
): LogEvent[] {
  const events: LogEvent[] = [];
  const add = (stream: string, type: string, content: { data: LogEvent['data']; bytes?: Uint8Array }) =>
    events.push({
      stream,
      version: events.filter((event) => event.stream === stream).length,
      type,
      ...content,
    });
  add(task, 'started', { data: { task: { id: 't', family: 'f', text: 'q' }, designs: 2, executions: 2 } });
  designs.forEach(({ script, scores, calls = 1 }, d) => {
    const design = `${task}/design/${d}`;
    add(design, 'started', { data: { task: 'q', family: 'f' } });
    add(design, 'called', called(script));
    if (scores === null) add(design, 'rejected', { data: { cause: 'syntax', message: 'no' } });
    else add(design, 'compiled', { data: { spec: {}, shape: script, maxCalls: calls } });
    scores?.forEach((score, e) => {
      const execution = `${design}/exec/0${e}`;
      add(execution, 'started', { data: {} });
      for (let call = 0; call < calls; call++) add(`${execution}/agent/a${call}`, 'called', called('4'));
      const key = `design/${d}/exec/0${e}`;
      add(task, 'execution.finished', { data: { key, output: { score, calls, answer: {}, cause: null } } });
    });
  });
  return events;
}
