import { beforeAll, describe, expect, it } from 'vitest';
import { RunView } from '../../src/views/run-view.ts';
import { activityOf, activityShare, stageBand } from '../../src/views/stage-band.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { recordedRun } from './recorded.ts';

let log: MemoryLog;
beforeAll(async () => {
  log = await recordedRun();
});

const words = (view: RunView) =>
  stageBand(view)
    .map(({ text }) => text)
    .join('|');
const now = (view: RunView) =>
  stageBand(view)
    .filter(({ state }) => state === 'now')
    .map(({ text }) => text);

describe('stageBand', () => {
  it('raises the letter of every step that is over, through the whole run', () => {
    const bands: string[] = [];
    const current: string[] = [];
    const view = new RunView();
    for (const event of log.events()) {
      view.apply(event);
      if (bands.at(-1) !== words(view)) bands.push(words(view));
      if (current.at(-1) !== now(view).join()) current.push(now(view).join());
    }
    const band = (steps: string) => ` cold start | before |${steps}| after | done `;
    expect(bands).toEqual(['ee|dd|e', 'Ee|dd|e', 'EE|dd|e', 'EE|Dd|e', 'EE|DD|e', 'EE|DD|E'].map(band));
    expect(current).toEqual([
      ' cold start ',
      ' before ',
      ...['ee', 'Ee', 'dd', 'Dd', 'e'],
      ' after ',
      ' done ',
    ]);
  });

  it('has one cell that is now, with all before it past and all after it to come', () => {
    const view = new RunView();
    for (const event of log.events()) {
      view.apply(event);
      const states = stageBand(view).map(({ state }) => state);
      const at = states.indexOf('now');
      expect(states.map((_, index) => (index < at ? 'past' : index === at ? 'now' : 'future'))).toEqual(
        states,
      );
    }
  });

  it('begins with the designer where the plan says so, and ends with a short stage', () => {
    const view = new RunView();
    view.plan = { ...view.plan, steps: 4, stageSteps: 3, firstRole: 'designer' };
    expect(words(view)).toBe(' cold start | before |ddd|e| after | done ');
  });

  it('has no stages before anything is known', () => {
    expect(words(new RunView())).toBe(' cold start | before | after | done ');
  });
});

describe('activity', () => {
  it('says in words what is going on, and its share never falls within one activity', () => {
    const said: string[] = [];
    let last = 0;
    const view = new RunView();
    for (const event of log.events()) {
      view.apply(event);
      const words = `${activityOf(view)} ${view.scope}`;
      if (said.at(-1) !== words) last = 0;
      if (said.at(-1) !== words) said.push(words);
      expect(activityShare(view)).toBeGreaterThanOrEqual(last);
      last = activityShare(view);
      expect(last).toBeLessThanOrEqual(1);
    }
    expect(said).toContain('cold start: learning from demonstrations, chunk 2 of 2 ');
    expect(said).toContain('held-out evaluation before reinforcement eval/before');
    expect(said).toContain('step 3 of 5: the designer learns step/0002');
    expect(said.at(-1)).toBe('done eval/after');
    expect(last).toBe(1);
  });
});
