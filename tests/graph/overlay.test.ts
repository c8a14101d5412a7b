import { beforeAll, describe, expect, it } from 'vitest';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { dot } from '../../tools/graph/dot.ts';
import { json } from '../../tools/graph/json.ts';
import { mermaid } from '../../tools/graph/mermaid.ts';
import { recording, subjectOfStream } from '../../tools/graph/overlay.ts';
import { overlayPicture } from '../../tools/graph/overlay-picture.ts';
import { text } from '../../tools/graph/text.ts';
import { readMermaid } from './mermaid-check.ts';
import { scriptedRun } from './scripted-run.ts';

const EXECUTION = 'step/0000/task/001/design/1/exec/00';

describe('the path of a recorded stream', () => {
  let log: MemoryLog;
  beforeAll(async () => {
    log = await scriptedRun();
  });
  const follow = (stream: string, reader = log) => recording(reader, stream, subjectOfStream(reader, stream));
  const picture = (stream: string, reader = log) => {
    const subject = subjectOfStream(reader, stream);
    return overlayPicture(subject.chart, recording(reader, stream, subject));
  };
  /** The run as it was after some events. */
  const cutAt = (events: number) => {
    const part = new MemoryLog(() => 0);
    for (const event of log.events({ upTo: events })) {
      part.append([{ ...event, expectedVersion: event.version }]);
    }
    return part;
  };

  it('numbers the transitions in the order in which they were taken, onDone and always included', () => {
    const { steps, last, finished } = follow(EXECUTION);
    expect(steps.map(({ number, edge }) => `${number} ${edge}`)).toEqual([
      '1 execution.working.vote.voting.solve1.asking:agent.finished:0',
      '2 execution.working.vote.voting.solve2.asking:agent.finished:0',
      '3 execution.working.vote.voting.solve3.asking:agent.finished:0',
      '4 execution.working.vote.voting:done(voting):0',
      '5 execution.working.vote:done(vote):0',
      '6 execution.working:done(working):0',
      '7 execution.verifying:verified:0',
    ]);
    expect({ last, finished }).toEqual({ last: ['execution.finished'], finished: true });
  });

  it('says what each agent answered, in short', () => {
    const answers = follow(EXECUTION).steps.map(({ key, says }) => [key, says]);
    expect(answers.slice(0, 3)).toEqual([
      ['agent/vote.solve1', 'length'],
      ['agent/vote.solve2', 'turns'],
      ['agent/vote.solve3', '1 + 1'],
    ]);
    expect(answers.at(-1)).toEqual(['verify', 'score 1']);
    for (const stream of log.streams()) {
      for (const { says } of follow(stream).steps) expect([...(says ?? '')].length).toBeLessThanOrEqual(40);
    }
  });

  it('is found for every stream of a run, and every one of them has ended', () => {
    for (const stream of log.streams()) {
      const { finished, steps, visited, last } = follow(stream);
      expect([stream, finished]).toEqual([stream, true]);
      expect(steps.length).toBeGreaterThanOrEqual(log.version(stream) - 1);
      for (const id of last) expect(visited).toContain(id);
    }
  });

  it('may stop before the end: every prefix of a stream waits somewhere', () => {
    const count = log.read(EXECUTION).at(-1)?.seq ?? 0;
    const { last, finished, steps } = follow(EXECUTION, cutAt(count - 1));
    expect({ last, finished, steps: steps.length }).toEqual({
      last: ['execution.verifying'],
      finished: false,
      steps: 6,
    });
    const start = log.read(EXECUTION)[0]?.seq ?? 0;
    expect(follow(EXECUTION, cutAt(start)).last).toHaveLength(3);
    expect(picture(EXECUTION, cutAt(start)).marks.caption[0]).toMatch(
      /: 0 transitions, unfinished, waits in working\.vote\.voting\.solve1\.asking, /,
    );
  });

  it('is in JSON as members of the edges, and whole', () => {
    const { chart, facts } = picture('step/0000/task/001');
    const { edges, overlay } = JSON.parse(json(chart, facts));
    const taken = edges.flatMap((edge: { taken?: number[] }) => edge.taken ?? []);
    expect(taken.sort((a: number, b: number) => a - b)).toEqual(
      overlay.path.map(({ number }: { number: number }) => number),
    );
    expect(overlay).toMatchObject({
      stream: 'step/0000/task/001',
      finished: true,
      last: ['rollout.finished'],
    });
  });

  it('is in Mermaid as numbers behind labels and colours of states', () => {
    const { chart, marks } = picture('step/0000/task/000/design/0/exec/00');
    const { arrows, classed, comments } = readMermaid(mermaid(chart, marks));
    expect(arrows.find(({ label }) => label.endsWith('#1'))?.label).toMatch(/^agent\.finished/);
    expect(classed.get('execution_finished')).toEqual(['_tone_last']);
    expect(classed.get('execution_failed')).toEqual(['tag_failure', '_tone_off']);
    expect(comments[0]).toMatch(/: \d transitions, ended in finished$/);
  });

  it('is in Graphviz and in the outline: visited, not visited, and the end', () => {
    const { chart, marks } = picture('step/0000/task/000/design/0/exec/00');
    const drawn = dot(chart, marks);
    expect(drawn).toMatch(/"execution\.failed" \[.*style="rounded,filled,dashed"/);
    expect(drawn).toMatch(/"execution\.finished" \[.*penwidth=3/);
    const lines = text(chart, marks).split('\n');
    expect(lines.filter((line) => line.startsWith('>'))).toEqual(['>   ◎ finished']);
    expect(lines).toContain('·   ◎ failed');
    expect(lines).toContain('*       → finished  verified / keepVerdict  #6');
  });

  it('shows some numbers only where a transition was taken often', () => {
    const { marks } = picture('session');
    const notes = [...marks.edges.values()].map(({ note }) => note);
    expect(notes).toContain('#1 #2');
    expect(notes.filter((note) => /^(#\d+ ){4}… \(\d+ times\)$/.test(note))).toHaveLength(1);
    const stream = 'evaluation';
    const other = new MemoryLog(() => 0);
    const tasks = Array.from({ length: 9 }, (_, index) => ({ id: `t/${index}`, family: 'f', text: '' }));
    const rollout = { family: 'f', designs: 1, shapes: {}, rejected: {}, executions: 1, score: 1, calls: 1 };
    other.append([{ stream, expectedVersion: 0, type: 'started', data: { tasks } }]);
    for (let index = 0; index < 8; index++) {
      const data = { key: `eval/now/000${index}`, output: rollout };
      other.append([{ stream, expectedVersion: index + 1, type: 'rollout.finished', data }]);
    }
    const many = [...picture(stream, other).marks.edges.values()].map(({ note }) => note);
    expect(many).toContain('#1 #2 #3 #4 … (8 times)');
  });

  it('is not there for streams that are not', () => {
    expect(() => subjectOfStream(log, 'step/0099/task/000')).toThrow(
      /There is no stream "step\/0099\/task\/000" in this run; one that it has is eval\//,
    );
    expect(() => subjectOfStream(new MemoryLog(() => 0), 'session')).toThrow(/the run has none yet/);
    expect(kindOfStream(EXECUTION)).toBe('execution');
  });
});
