import { beforeAll, describe, expect, it, vi } from 'vitest';
import { resolveMoment } from '../../src/runtime/address.ts';
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
  show(
    <ReplayScreen run="run-1" reader={log} timeline={new Timeline(log)} at={{ seq: at }} />,
    columns,
    rows,
  );

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
    expect(window.text()).toContain(
      `go to: 11x▏ (event 1–${log.count()}, step/3/task/1 or STREAM@VERSION; Enter)`,
    );
    await window.press(KEY.backspace, KEY.enter);
    expect(seqOf(window)).toBe(11);
    await window.press('/', KEY.enter);
    expect(seqOf(window)).toBe(11);
    await window.send('/17\r');
    expect(seqOf(window)).toBe(17);
  });

  it('jumps to every address that show takes, and selects what it names', async () => {
    const window = await showAt(1);
    const first = (stream: string) => log.read(stream)[0]?.seq;
    await window.press('/', ...'step/3/task/1', KEY.enter);
    expect(seqOf(window)).toBe(first('step/0003/task/001'));
    expect(window.text()).toContain('rollout trees  step/0003');
    expect(window.text()).toMatch(/^›.*code/m);
    await window.send('/step/3/task/0/design/0/exec/0');
    await window.press(KEY.enter);
    expect(seqOf(window)).toBe(first('step/0003/task/000/design/0/exec/00'));
    expect(window.text()).toMatch(/› .*execution 0/);
    expect(window.text()).toContain('step/0003/task/000/design/0/exec/00  arithmetic');
    await window.send('/session@5\r');
    expect(seqOf(window)).toBe(log.read('session')[5]?.seq);
    await window.send('/eval/after/2\r');
    expect(seqOf(window)).toBe(first('eval/after/0002'));
  });

  it('says in a sentence what is wrong with an address, and lets it be mended', async () => {
    const window = await showAt(7);
    const status = () => window.rows().at(-1);
    await window.send('/step/9\r');
    expect(status()).toBe('The run run-1 has no step/9; the nearest is step/0004.');
    expect(seqOf(window)).toBe(7);
    await window.press(KEY.backspace);
    expect(status()).toMatch(/^go to: step\/▏/);
    await window.press('4', KEY.enter);
    expect(seqOf(window)).toBe(log.read('step/0004/task/000')[0]?.seq);
    await window.send('/99999\r');
    expect(status()).toMatch(/has \d+ events and no event 99999; the nearest is \d+\.$/);
    await window.press(KEY.escape);
    await vi.waitFor(() => expect(status()).toMatch(/^\? help {2}q leave/));
    await window.send('/0\r');
    await window.press(KEY.ctrlC);
    const frame = window.text();
    await window.press(KEY.right);
    expect(window.text()).toBe(frame);
  });

  it('begins at a place, with it selected', async () => {
    const stream = 'step/0002/task/001/design/1';
    const at = resolveMoment('step/2/task/1/design/1', log, 'run-1');
    const window = await show(<ReplayScreen run="run-1" reader={log} timeline={new Timeline(log)} at={at} />);
    expect(seqOf(window)).toBe(log.read(stream)[0]?.seq);
    expect(window.text()).toMatch(/› .*design 1/);
  });

  it('takes digits that arrive at once, equal ones as well', async () => {
    const window = await showAt(1);
    await window.press('/', '22', '2', KEY.enter);
    expect(seqOf(window)).toBe(222);
  });

  it('takes no letters for keys while it asks for a number', async () => {
    const window = await showAt(7);
    await window.press('/', 'q', 'G', '?');
    expect(window.rows().at(-1)).toMatch(/^go to: qG\?▏/);
    await window.press(KEY.escape);
    await vi.waitFor(() => expect(window.rows().at(-1)).toMatch(/^\? help/));
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
    expect(window.text()).toMatch(/verdict +score 1/);
    await window.press(KEY.right);
    expect(window.text()).toMatch(/› +● +1\/1 execution 0/);
    await window.press(KEY.backspace, KEY.backspace);
    expect(window.text()).not.toContain('execution 0');
  });

  it('helps, and any key goes back', async () => {
    const window = await showAt(9);
    const before = window.text();
    await window.press('?');
    expect(window.text()).toContain('to an event or a place, as in "show"');
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
    const empty = new MemoryLog(() => 0);
    const window = await show(
      <ReplayScreen run="run-1" reader={empty} timeline={new Timeline(empty)} at={{ seq: 1 }} />,
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
      expect(window.text()).toContain('E D C: who learns');
      await window.press('x');
      expect(window.rows()[0]).toMatch(/REPLAY$/);
      expect(window.rows()[3]).toMatch(/^├.*┤ event/);
    }
  });
});
