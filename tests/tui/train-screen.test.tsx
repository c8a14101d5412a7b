import { beforeAll, describe, expect, it, vi } from 'vitest';
import { TrainScreen } from '../../src/tui/train-screen.tsx';
import { MemoryLog } from '../../store/memory-log.ts';
import { find, recordedRun } from '../views/recorded.ts';
import { FakeRun } from './live-run.ts';
import { KEY, settle, show, widthOf } from './window.ts';

let log: MemoryLog;
/** The event after which step 3 has all its trees at work or done. */
let late: number;
beforeAll(async () => {
  log = await recordedRun();
  late = find(log, ({ type, data }) => type === 'credited' && data.step === 3).seq - 8;
});

/** A run after event `seq` on the screen. */
async function showAt(seq: number, columns?: number, rows?: number) {
  const live = new FakeRun(log);
  live.hear(log.events({ upTo: seq }));
  return { live, window: await show(<TrainScreen live={live} />, columns, rows) };
}

describe('TrainScreen', () => {
  it('shows who and where, the band of stages, the curves, the facts and the trees', async () => {
    const { window } = await showAt(late);
    const rows = window.rows();
    expect(rows).toHaveLength(30);
    expect(rows[0]).toMatch(
      /^troupe run-1 {2}test seed 1 {2}0:0\d {2}policy policy-o {2}\d+ events {2}\d+ calls/,
    );
    expect(rows[1]).toBe(' cold start  before EEDde after  done');
    expect(rows[2]).toContain('step 4 of 5: the designer learns  0/2 trees');
    expect(window.text()).toMatch(/designer reward 0\.200 +executor reward 0\.400 +arithmetic held-out 50 %/);
    expect(window.text()).toMatch(/100 % reflect\(agent\+js\)/);
    expect(window.text()).toContain('rejected: syntax 2, unfinished 1');
    expect(window.text()).toContain('rollout trees  step/0003');
    expect(window.text()).toContain('▾◐   2/4 arithmetic  0+1');
  });

  it('shows the loss of the cold start before there are steps, and that there are no trees', async () => {
    const { window } = await showAt(2);
    expect(window.text()).toContain('cold-start loss 2.000');
    expect(window.text()).toContain('chunk 2 of 2');
    expect(window.text()).toContain('no trees yet');
  });

  it('bears a run that has no events yet', async () => {
    const { window } = await showAt(0);
    expect(window.text()).toContain('untrained');
  });

  it('shows the held-out accuracy before and after when it is over', async () => {
    const { window } = await showAt(log.count());
    expect(window.text()).toMatch(/arithmetic held-out \d+ % → \d+ %/);
    expect(window.rows()[1]).toBe(' cold start  before EEDDE after  done');
  });

  it('shows the designs of each kind of task over the run, and goes back', async () => {
    const { window } = await showAt(late);
    await window.press('d');
    const text = window.text();
    expect(text).toContain('Designs by family and attribute');
    expect(text).toMatch(/[a-z] reflect\(agent\+js\)/);
    expect(text).toMatch(/arithmetic +[A-Za-z]{3} +.*%/);
    expect(text).not.toContain('rollout trees');
    await window.press('d');
    expect(window.text()).toContain('rollout trees');
  });

  it('shows what the optimiser did for each role, figures and curves, and goes back', async () => {
    const { window } = await showAt(late);
    await window.press('o');
    const text = window.text();
    expect(text).toMatch(
      /^designer {2}step 3: 2 updates, 12 calls, entropy 0\.250, loss -2\.000, clipped 2\.0 %/m,
    );
    expect(text).toMatch(
      /^executor {2}step 2: 2 updates, 11 calls, entropy 0\.250, loss -1\.000, clipped 1\.0 %/m,
    );
    expect(text).toContain('KL frozen 1.0e-3');
    // A run in which leaving the cold start costs nothing has no divergence from it.
    expect(text).not.toContain('KL cold start');
    expect(
      text.match(/entropy 0\.25 +KL frozen 0\.0010 +clip fraction 0\.0[12]0 +gradient norm 0\.50$/gm),
    ).toHaveLength(2);
    expect(text).not.toContain('rollout trees');
    await window.press('d');
    expect(window.text()).toContain('Designs by family and attribute');
    await window.press('o', 'o');
    expect(window.text()).toContain('rollout trees');
  });

  it('has no curves of the optimiser before a role has learned, nor where there is no room', async () => {
    const { window } = await showAt(2);
    await window.press('o');
    expect(window.text()).toContain('no role has learned yet');
    const small = await showAt(late, 60, 14);
    await small.window.press('o');
    expect(small.window.text()).toContain('designer  step 3: 2 updates');
    expect(small.window.text()).not.toContain('│');
    for (const row of small.window.rows()) expect(widthOf(row)).toBeLessThanOrEqual(60);
  });

  it('has a line for each family where there are many', async () => {
    const { live, window } = await showAt(late);
    const families = ['arithmetic', 'notes', 'chain', 'code', 'trace', 'memo'];
    live.view.mixes.push(
      Object.fromEntries(families.map((family) => [`${family}/x`, { agent: 3, other: 1 }])),
    );
    live.touch();
    await vi.waitFor(() => {
      for (const family of families) {
        expect(window.text()).toMatch(new RegExp(`${family}.* agent 75 %, other 25 %`));
      }
    });
  });

  it('opens a design and an execution, and shows script, transcript and verdict', async () => {
    const { window } = await showAt(late);
    await window.press(KEY.down, KEY.right);
    expect(window.text()).toContain('execution 0');
    expect(window.text()).toContain('run(agent("solve"))');
    expect(window.text()).not.toContain('verdict');
    await window.press(KEY.down);
    expect(window.text()).toMatch(/› +● +1\/1 execution 0/);
    for (const part of [
      'step/0003/task/000/design/0/exec/00  arithmetic',
      'script    run(agent("solve"))',
      'verdict   score 1',
      'answer    function f(a) {',
      '            return a + 1;',
      'solve turn/0  finish stop  policy scripted',
      'advantage none (executor frozen)',
      'said      0',
    ]) {
      expect(window.text()).toContain(part);
    }
    await window.press(KEY.left, KEY.left);
    expect(window.text()).not.toContain('execution 0');
  });

  it('scrolls details that do not fit, says which part is in view, and begins at the top of another place', async () => {
    const { window } = await showAt(late, 80, 19);
    const details = () => {
      const rows = window.rows();
      const first = rows.findIndex((row) => row.startsWith('rollout trees'));
      return rows.slice(first, -1).map((row) => row.slice(42));
    };
    await window.press(KEY.down, KEY.right, KEY.down);
    const top = details();
    expect(top[0]).toMatch(/^step\/0003\/task\/000\/design\/0\/exec/);
    const [, last = '', of = ''] = /J K: lines 1–(\d+) of (\d+)/.exec(top.join('\n')) ?? [];
    expect(Number(of)).toBeGreaterThan(Number(last));
    await window.press('J');
    expect(details().join('\n')).toContain(`J K: lines ${Math.floor(Number(last) / 2) + 1}–`);
    await window.press('K');
    expect(details()).toEqual(top);
    await window.press(KEY.pageDown, KEY.pageDown, KEY.pageDown, 'J');
    expect(details().join('\n')).toContain(`–${of} of ${of}`);
    expect(details().join('\n')).toMatch(/said +0/);
    await window.press(KEY.down, KEY.up);
    expect(details()).toEqual(top);
    await window.press(KEY.pageDown, KEY.pageUp);
    expect(details()).toEqual(top);
  });

  it('moves by letters, too, and stops following with the first move', async () => {
    const { window } = await showAt(late);
    expect(window.text()).toContain('f stop following');
    await window.press('j', 'l', 'j');
    expect(window.text()).toMatch(/› +● +1\/1 execution 0/);
    await window.press('h');
    expect(window.text()).toMatch(/› +▾● +1\/2 design 0/);
    await window.press('k');
    expect(window.text()).toContain('›▾◐   2/4 arithmetic');
    expect(window.text()).not.toContain('stop following');
    await window.press('f');
    expect(window.text()).toContain('f stop following');
  });

  it('moves once for each time that a held key arrives', async () => {
    const { window } = await showAt(late);
    await window.send('jj');
    expect(window.text()).toMatch(/› +▸● +1\/2 design 1/);
    await window.send(KEY.up + KEY.up);
    expect(window.text()).toContain('›▾◐   2/4 arithmetic');
  });

  it('keeps the selected line in view where there are more lines than room', async () => {
    const { window } = await showAt(late, 80, 10);
    for (let line = 0; line < 12; line++) {
      await window.press(KEY.right, KEY.down);
      expect(window.text()).toContain('›');
    }
    expect(window.text()).toMatch(/› +[●✗◐] .*execution 1/);
  });

  it('pauses and goes on', async () => {
    const { live, window } = await showAt(late);
    await window.press('p');
    expect(live.asked).toEqual(['pause']);
    await vi.waitFor(() => expect(window.text()).toContain('PAUSED'));
    expect(window.text()).toContain('p go on');
    await window.press(' ');
    expect(live.asked).toEqual(['pause', 'resume']);
    await vi.waitFor(() => expect(window.text()).not.toContain('PAUSED'));
  });

  it('helps, and any key goes back without doing anything else', async () => {
    const { live, window } = await showAt(late);
    const before = window.text();
    await window.press('?');
    expect(window.text()).toContain('pause and go on');
    expect(window.text()).toContain('any key goes back');
    await window.press('q');
    expect(window.text()).toBe(before);
    expect(live.asked).toEqual([]);
  });

  it.each([
    ['q', 'q'],
    ['Ctrl-C', KEY.ctrlC],
  ])('ends the run once on %s, and says so', async (_, key) => {
    const { live, window } = await showAt(late);
    await window.press(key);
    expect(live.asked).toEqual(['quit']);
    expect(window.rows()[0]).toMatch(/ending…$/);
  });

  it('follows the events, some frames a second however many there are', async () => {
    const live = new FakeRun(log);
    const window = await show(<TrainScreen live={live} />);
    let frames = 0;
    live.subscribe(() => frames++);
    const began = performance.now();
    for (const event of log.events({ upTo: late })) {
      live.hear([event]);
      if (event.seq % 40 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await vi.waitFor(() => expect(window.text()).toContain(`${late} events`));
    expect(window.text()).toContain('step 4 of 5');
    expect(frames).toBeGreaterThan(0);
    expect(frames).toBeLessThanOrEqual((performance.now() - began) / 100 + 1);
  });

  it('does not tell a listener that has left', async () => {
    const live = new FakeRun(log);
    const heard = vi.fn();
    live.subscribe(heard)();
    live.hear(log.events({ upTo: 5 }));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(heard).not.toHaveBeenCalled();
    expect(live.version()).toBe(1);
  });
});

describe('TrainScreen in a window', () => {
  const SIZES = [
    [60, 16],
    [80, 24],
    [100, 30],
    [200, 60],
    [40, 10],
  ] as const;

  it.each(SIZES)(
    'of %d × %d fills it and never more, at any moment and with any key',
    async (columns, rows) => {
      for (const seq of [0, 2, 20, late, log.count()]) {
        const { live, window } = await showAt(seq, columns, rows);
        for (const key of ['', KEY.right, KEY.down, KEY.right, KEY.down, 'o', 'o', 'p', '?', 'x', 'q']) {
          if (key !== '') await window.press(key);
          expect(window.rows()).toHaveLength(rows);
          for (const row of window.rows()) expect(widthOf(row)).toBeLessThanOrEqual(columns);
        }
        expect(live.asked).toEqual(['pause', 'quit']);
      }
    },
  );

  it.each([
    [60, 16],
    [80, 24],
  ] as const)(
    'of %d × %d keeps every part on rows of its own, also with a note at the right',
    async (columns, rows) => {
      const { live, window } = await showAt(late, columns, rows);
      live.pause();
      await vi.waitFor(() => expect(window.rows()[0]).toMatch(/⏸ PAUSED$/));
      expect(window.rows()[1]).toBe(' cold start  before EEDde after  done');
      expect(window.rows()[2]).toContain('step 4 of 5');
      if (rows === 24)
        expect(window.rows()[4]).toMatch(/^designer r\w*… 0\.200 +executor r\w*… 0\.400 +arithmetic/);
      expect(window.rows().at(-1)).toMatch(/^\? help {2}q quit/);
    },
  );

  it('of 60 × 16 has room for all of the help', async () => {
    const { window } = await showAt(late, 60, 16);
    await window.press('?');
    expect(window.text()).toContain('q  Ctrl-C        quit; the run can be resumed');
    expect(window.text()).toContain('J K  PgDn PgUp   scroll the details');
    expect(window.text()).toMatch(/^ *╰─+╯$/m);
    expect(window.text()).toContain('any key goes back');
    expect(window.text()).not.toContain('…');
  });

  it('follows a change of its size', async () => {
    const { window } = await showAt(late, 100, 30);
    await window.resize(70, 18);
    await settle();
    expect(window.rows()).toHaveLength(18);
    for (const row of window.rows()) expect(widthOf(row)).toBeLessThanOrEqual(70);
  });

  it('bears texts with wide, combining, control and escape characters', async () => {
    const hostile = new MemoryLog(() => 0);
    const odd = '日本語\t\u001B[31mred\u001B[2J\u0007e\u0301👩‍👩‍👧\u009b2J\r\n'.repeat(9);
    for (const { stream, version, type, data } of log.events({ upTo: late })) {
      const said = type === 'called' ? { ...data, text: odd } : data;
      hostile.append([{ stream, expectedVersion: version, type, data: said }]);
    }
    const live = new FakeRun(hostile);
    live.hear(hostile.events());
    const window = await show(<TrainScreen live={live} />, 80, 24);
    await window.press(KEY.down, KEY.right);
    expect(window.text()).toContain('日本語');
    await window.press(KEY.down);
    expect(window.rows()).toHaveLength(24);
    for (const row of window.rows()) expect(widthOf(row)).toBeLessThanOrEqual(80);
    expect(window.raw()).not.toContain('\u001B[2J');
    expect(window.raw()).not.toContain('\t');
    await window.press(KEY.pageDown, KEY.pageDown);
    expect(window.text()).toContain('\\u001b[31mred');
    const [, ...sequences] = window.raw().split('\u001B');
    for (const each of sequences) expect(each).toMatch(/^\[[\d;]+m/);
    expect(window.raw().replaceAll('\u001B', '')).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('TrainScreen without colour', () => {
  it('says by letters, glyphs and words what colours say', async () => {
    const { window } = await showAt(late);
    await window.press(KEY.down);
    const text = window.text();
    // Roles and which steps are over; which one learns; states; what is selected.
    expect(text).toContain('EEDde');
    expect(text).toContain('the designer learns');
    expect(text).toMatch(/◐ +2\/4/);
    expect(text).toMatch(/● +1\/2/);
    expect(text.match(/›/g)).toHaveLength(1);
  });

  it('has another glyph for a task, design or execution that failed', async () => {
    const failed = find(log, ({ type, stream }) => type === 'rejected' && stream.startsWith('step/'));
    const { window } = await showAt(failed.seq);
    await window.press(KEY.down, KEY.down);
    expect(window.text()).toMatch(/✗ design \d {2}rejected: /);
  });
});
