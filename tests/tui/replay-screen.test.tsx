import { beforeAll, describe, expect, it } from 'vitest';
import { ReplayScreen } from '../../src/tui/replay-screen.tsx';
import { Timeline } from '../../src/views/timeline.ts';

import { MemoryLog } from '../../store/memory-log.ts';
import { find, foldedTo, recordedRun } from '../views/recorded.ts';
import { KEY, show, type Window, widthOf } from './window.ts';

let log: MemoryLog;
let marks: number[];
beforeAll(async () => {
  log = await recordedRun();
  marks = log
    .read('session')
    .filter(({ type }) => type !== 'rollout.finished')
    .map(({ seq }) => seq);
});

const showAt = (at: number, columns?: number, rows?: number) =>
  show(<ReplayScreen run="run-1" timeline={new Timeline(log)} at={at} />, columns, rows);

/** The event that the screen says it is at. */
function seqOf(window: Window): number {
  return Number(/event (\d+) of/.exec(window.text())?.[1]);
}

describe('ReplayScreen', () => {
  it('shows the event, where it stands in the run, and the run as it was then', async () => {
    const event = find(log, ({ type, data }) => type === 'credited' && data.step === 2);
    const window = await showAt(event.seq);
    expect(window.rows()[0]).toMatch(/^troupe run-1 {2}test seed 1 .* REPLAY$/);
    expect(window.rows()[1]).toBe(' cold start  before EEdde after  done');
    expect(window.text()).toContain(`┤ event ${event.seq} of ${log.count()}`);
    expect(window.text()).toContain(`credited  session@${event.version}`);
    expect(window.text()).toContain('designerReward: 0.2');
    expect(window.text()).toContain('step 3 of 5: the designer learns  2/2 trees');
    expect(window.text()).toContain('designer reward 0.200');
    expect(window.text()).toContain('rollout trees  step/0002');
  });

  it('puts the marker at the ends and in the middle of the ruler', async () => {
    const window = await showAt(1);
    const ruler = () => window.rows().find((row) => row.startsWith('├')) ?? '';
    expect(ruler()).toMatch(/^├●─+┤/);
    await window.press('G');
    expect(ruler()).toMatch(/^├─+●┤/);
  });

  it('goes event by event, and a hundred at a time, and not past the ends', async () => {
    const window = await showAt(100);
    const steps = [
      [KEY.right, 101],
      [KEY.left, 100],
      [']', 200],
      [KEY.pageDown, 300],
      ['[', 200],
      [KEY.pageUp, 100],
      ['[', 1],
      [KEY.left, 1],
      [KEY.end, log.count()],
      [KEY.right, log.count()],
      [']', log.count()],
      ['g', 1],
      ['G', log.count()],
      [KEY.home, 1],
    ] as const;
    for (const [key, seq] of steps) {
      await window.press(key);
      expect(seqOf(window)).toBe(seq);
    }
  });

  it('shows another event and another state after each step', async () => {
    const window = await showAt(1);
    for (let seq = 1; seq < 60; seq++) {
      const event = log.eventAt(seq);
      expect(window.text()).toContain(`${event?.type}  ${event?.stream}@${event?.version}`);
      const { scope } = foldedTo(log, seq);
      expect(window.text()).toContain(scope === '' ? 'no trees yet' : scope);
      await window.press(KEY.right);
    }
  });

  it('goes from stage to stage', async () => {
    const window = await showAt(1);
    for (const seq of marks.slice(1)) {
      await window.press('.');
      expect(seqOf(window)).toBe(seq);
    }
    await window.press('.');
    expect(seqOf(window)).toBe(log.count());
    for (const seq of marks.toReversed()) {
      await window.press(',');
      expect(seqOf(window)).toBe(seq);
    }
  });

  it('goes once for each time that a held key arrives', async () => {
    const window = await showAt(1);
    await window.send('...');
    expect(seqOf(window)).toBe(marks[3]);
    await window.send(',,');
    expect(seqOf(window)).toBe(marks[1]);
    await window.send(KEY.right.repeat(5));
    expect(seqOf(window)).toBe((marks[1] ?? 0) + 5);
    await window.send(']]');
    expect(seqOf(window)).toBe((marks[1] ?? 0) + 205);
  });

  it('jumps to an event by its number', async () => {
    const window = await showAt(1);
    await window.press('/', '1', '1', 'x');
    expect(window.text()).toContain(`go to event: 11▏ (1–${log.count()}, Enter)`);
    await window.press('9', KEY.backspace, KEY.enter);
    expect(seqOf(window)).toBe(11);
    await window.press('/', '99999', KEY.enter);
    expect(seqOf(window)).toBe(log.count());
    await window.press('/', '0', KEY.enter);
    expect(seqOf(window)).toBe(1);
    await window.press('/', KEY.enter);
    expect(seqOf(window)).toBe(1);
  });

  it('takes digits that arrive at once, equal ones as well', async () => {
    const window = await showAt(1);
    await window.press('/', '22', '2', KEY.enter);
    expect(seqOf(window)).toBe(222);
  });

  it('takes no letters for keys while it asks for a number', async () => {
    const window = await showAt(7);
    await window.press('/', 'q', 'G', '?', KEY.backspace, KEY.enter);
    expect(seqOf(window)).toBe(7);
    await window.press(KEY.right);
    expect(seqOf(window)).toBe(8);
  });

  it('opens the tree and shows a transcript while time goes on', async () => {
    const { seq } = find(log, ({ type, data }) => type === 'credited' && data.step === 3);
    const window = await showAt(seq);
    await window.press(KEY.down);
    await window.send(KEY.enter + KEY.enter);
    expect(window.text()).toMatch(/› +● +1\/1 execution 0/);
    expect(window.text()).toContain('verdict: score 1');
    await window.press(KEY.right);
    expect(window.text()).toMatch(/› +● +1\/1 execution 0/);
    await window.press(KEY.backspace, KEY.backspace);
    expect(window.text()).not.toContain('execution 0');
  });

  it('helps, and any key goes back', async () => {
    const window = await showAt(9);
    const before = window.text();
    await window.press('?');
    expect(window.text()).toContain('to an event by its number');
    await window.press(KEY.right);
    expect(window.text()).toBe(before);
  });

  it.each([
    ['q', 'q'],
    ['Ctrl-C', KEY.ctrlC],
  ])('leaves on %s: it hears no more keys', async (_, key) => {
    const window = await showAt(9);
    await window.press(key);
    const frame = window.text();
    await window.press(KEY.right);
    expect(window.text()).toBe(frame);
  });

  it('begins within the run whatever it is asked for', async () => {
    expect(seqOf(await showAt(0))).toBe(1);
    expect(seqOf(await showAt(1e9))).toBe(log.count());
  });

  it('bears a run without events', async () => {
    const window = await show(
      <ReplayScreen run="run-1" timeline={new Timeline(new MemoryLog(() => 0))} at={1} />,
    );
    expect(window.text()).toContain('no events');
    await window.press(KEY.right, '.', 'G', KEY.down, KEY.enter);
    expect(window.text()).toContain('no events');
  });

  it.each([
    [60, 16],
    [80, 24],
    [200, 60],
  ] as const)('fills a window of %d × %d and never more', async (columns, rows) => {
    for (const seq of [1, 30, 200, log.count()]) {
      const window = await showAt(seq, columns, rows);
      for (const key of ['', KEY.down, KEY.enter, KEY.down, '/', KEY.enter, '?']) {
        if (key !== '') await window.press(key);
        expect(window.rows()).toHaveLength(rows);
        for (const row of window.rows()) expect(widthOf(row)).toBeLessThanOrEqual(columns);
      }
      expect(window.text()).toContain('any key goes back');
      await window.press('x');
      expect(window.rows()[0]).toMatch(/REPLAY$/);
      expect(window.rows()[3]).toMatch(/^├.*┤ event/);
    }
  });
});
