import { expect, it } from 'vitest';
import type { Effects } from '../../src/runtime/effect.ts';
import { withRecordedKills } from '../../src/runtime/verify/recorded-kills.ts';
import { failureLines } from '../../src/views/failures.ts';
import { RunView } from '../../src/views/run-view.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { SESSION, scriptedEffects, scriptedRun } from './scripted.ts';

/** Effects of which some tools and verdicts were stopped by the clock, the first time that they are asked. */
function withKills(effects: Effects): Effects {
  return {
    ...effects,
    tool: async (request) => ({
      ...(await effects.tool(request)),
      data: { ok: false, text: 'error', failure: 'killed' },
    }),
    verify: async (request) => {
      const answer = await effects.verify(request);
      return { ...answer, data: { ...answer.data, killed: true } };
    },
  };
}

it('what only the clock stopped is counted, said, and never decided again', async () => {
  const log = new MemoryLog(() => 0);
  await scriptedRun(log, withKills(scriptedEffects(1, () => 0))).run('session', 'session', SESSION);
  const view = new RunView();
  const kills: { stream: string; key: string; type: string }[] = [];
  for (const event of log.events()) {
    view.apply(event);
    const { key, killed, failure } = event.data;
    if (killed === true || failure === 'killed') {
      kills.push({ stream: event.stream, key: String(key), type: event.type });
    }
  }
  expect(kills.length).toBeGreaterThan(3);
  expect(view.killed).toBe(kills.length);
  expect(failureLines(view).at(-1)).toContain(`only the clock stopped: ${kills.length}`);

  const refuse = () => Promise.reject(new Error('executed again'));
  const never: Effects = { ...scriptedEffects(1, () => 0), tool: refuse, verify: refuse };
  const again = withRecordedKills(never, log);
  for (const { stream, key, type } of kills) {
    const effect = type === 'verified' ? again.verify : again.tool;
    expect(await effect({ stream, key, input: {} })).toMatchObject({ type, data: { key } });
  }
  await expect(again.verify({ stream: 'elsewhere', key: 'verify', input: {} })).rejects.toThrow(
    'executed again',
  );
});
