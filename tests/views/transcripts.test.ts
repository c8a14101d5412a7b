import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { placeEvents, placePage } from '../../src/cli/show/place-page.ts';
import type { Shown } from '../../src/cli/show/shown.ts';
import { must } from '../../src/core/errors.ts';
import { printable } from '../../src/core/printable.ts';
import { recordedCall } from '../../src/policies/recorded-call.ts';
import { renderPrompt } from '../../src/policies/template.ts';
import type { Tokenizer } from '../../src/policies/tokenizer.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import { defaultKit, type Kit } from '../../src/runtime/kit.ts';
import { readMaterial } from '../../src/runtime/material.ts';
import { recordedCredits } from '../../src/runtime/recorded-credit.ts';
import { startRun } from '../../src/runtime/run.ts';
import { copyFor } from '../../src/runtime/task-ref.ts';
import { memo } from '../../src/tasks/memo.ts';
import { notes } from '../../src/tasks/notes.ts';
import { type Task, taskSchema } from '../../src/tasks/task.ts';
import { readAdvantages } from '../../src/views/advantages.ts';
import { readCall } from '../../src/views/call-view.ts';
import { Details } from '../../src/views/details.ts';
import { readTranscript } from '../../src/views/transcript.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import type { Store } from '../../store/store.ts';
import { runOptions, scratch, tinyConfig } from '../runtime/small-run.ts';
import { foldedTo } from './recorded.ts';

// One small run in which every agent reads a copy of its own: real policy, sandbox and store.

const KIT: Kit = {
  ...defaultKit(),
  families: [notes, memo],
  scripts: ['run(vote(agent("solve"), 3))', 'run(reflect(agent("solve")))', 'run(agent("solve", "js"))'],
};
const directory = scratch();
let store: Store;
let reader: EventReader;
let config: RunConfig;
let tokenizer: Tokenizer;
let tasks: ReadonlyMap<string, Task>;
let called: StoredEvent[];

beforeAll(async () => {
  store = directory.open('copies.db');
  config = tinyConfig({ steps: 1, tasks: { train: 60, heldOut: 4, harder: 0 } });
  await startRun(store, config, { ...runOptions(), kit: KIT }).finished;
  reader = store.reader('run-1');
  const material = must(readMaterial(reader), 'material');
  tokenizer = material.tokenizer;
  const { train, heldOut, harder } = material.tasks;
  tasks = new Map([...train, ...heldOut, ...harder].map((task) => [task.id, task]));
  called = [...reader.events()].filter(({ type }) => type === 'called');
}, 120_000);
afterAll(() => {
  store.close();
  directory.remove();
});

const shown = (of: EventReader = reader, tokens = false): Shown => ({
  run: 'run-1',
  reader: of,
  config,
  tokens,
});
const page = (place: string) => placePage(shown(), place);
const isAgent = ({ stream }: { readonly stream: string }) => stream.includes('/agent/');

/** The copy of its task's text that an agent read, drawn again from its stream, and the text itself. */
function copyOf(agent: string): { readonly copy: string; readonly text: string } {
  const { task, family } = z
    .object({ task: z.string(), family: z.string() })
    .parse(reader.read(agent)[0]?.data);
  // Evaluations on a split draw from streams of their own name.
  const reads = agent.replace(/^eval\/(before|after)\//, 'eval/heldOut/');
  return { copy: copyFor(reads, task, { seed: config.seed, family, families: KIT.families }), text: task };
}

/** A run's events in memory, changed on the way; blobs as they are. */
function rewritten(change: (event: StoredEvent) => StoredEvent['data']): EventReader {
  const log = new MemoryLog(() => 0);
  for (const event of reader.events()) {
    const { stream, version, type, bytes } = event;
    log.append([{ stream, expectedVersion: version, type, data: change(event), bytes }]);
  }
  log.blob = (name) => reader.blob(name);
  return log;
}

describe('a recorded call', () => {
  it('decodes to the prompt that was sent: encoded again it is the recorded tokens', () => {
    expect(called.length).toBeGreaterThan(100);
    for (const event of called) {
      const { prompt, text, tokens, finish, version } = readCall(event, tokenizer);
      const recorded = recordedCall(event);
      expect(renderPrompt(prompt, tokenizer)).toEqual(recorded.promptTokens);
      expect(tokens.map(({ logProb }) => logProb)).toEqual(recorded.logProbs);
      expect(tokens.map((token) => token.text).join('')).toContain(text);
      expect({ finish, version }).toEqual({ finish: recorded.finish, version: recorded.version });
    }
  });

  it('of an agent has its own copy as its task, which is another text wherever there is smudge', () => {
    let others = 0;
    for (const event of called.filter(isAgent)) {
      const { copy, text } = copyOf(event.stream);
      const segments = readCall(event, tokenizer).prompt.filter(({ kind }) => kind === 'task');
      expect(segments).toEqual([{ kind: 'task', text: copy }]);
      if (copy !== text) others++;
    }
    expect(others).toBeGreaterThan(20);
  });

  it('of a designer has the task as it is', () => {
    for (const event of called.filter((each) => !isAgent(each))) {
      const { task } = z.object({ task: z.string() }).parse(reader.read(event.stream)[0]?.data);
      expect(readCall(event, tokenizer).prompt).toEqual([
        { kind: 'designer', text: '' },
        { kind: 'task', text: task },
      ]);
    }
  });

  it('has the advantage that credit recorded, and otherwise says why it has none', () => {
    const credits = recordedCredits(reader);
    const samples = new Map(
      credits
        .flatMap((credit) => credit.samples)
        .map((each) => [`${each.stream}#${each.key}`, each.advantage]),
    );
    const role = must(credits[0], 'credit').role;
    for (const event of called) {
      const call = readCall(event, tokenizer);
      const advantage = readAdvantages(reader, event.stream).of(call);
      const recorded = samples.get(`${call.stream}#${call.key}`);
      if (recorded !== undefined) expect(advantage).toBe(recorded);
      else if (event.stream.startsWith('eval/')) expect(advantage).toBe('none (evaluation)');
      else
        expect(advantage).toBe(
          isAgent(event) === (role === 'executor')
            ? 'none (nothing to teach)'
            : `none (${role === 'executor' ? 'designer' : 'executor'} frozen)`,
        );
    }
    const before = must(
      called.find(({ stream }) => stream.startsWith('step/')),
      'a call of a step',
    );
    expect(readAdvantages(reader, before.stream, before.seq).of(readCall(before, tokenizer))).toMatch(
      /^not yet$|frozen/,
    );
  });
});

describe('show', () => {
  it('prints as an agent’s prompt what the agent read, never the task’s own text in its place', () => {
    const agents = [...new Set(called.filter(isAgent).map(({ stream }) => stream))];
    for (const agent of agents) {
      const { copy, text } = copyOf(agent);
      const lines = page(agent).map((line) => line.trim());
      const copies = lines.filter((line) => line.startsWith('task '));
      expect(new Set(copies)).toEqual(new Set([`task copy ${printable(copy)}`]));
      if (copy !== text) expect(lines.join('\n')).not.toContain(text);
      const execution = page(agent.replace(/\/agent\/.*$/, ''));
      expect(execution).toContain(`  task copy ${printable(copy)}`);
    }
  });

  it('prints one table for a step, with the rewards and advantages that credit computed', () => {
    const lines = page('step/0');
    const [credit] = recordedCredits(reader);
    const designs = reader.streams('step/0000').filter((stream) => /\/design\/\d+$/.test(stream));
    const rows = lines.filter((line) => /^ *\d{3} {2}/.test(line));
    expect(rows).toHaveLength(designs.length);
    expect(lines.length).toBeLessThan(rows.length + 10);
    expect(lines.join('\n')).toContain(
      `mean reward ${must(credit, 'credit').designerReward.toFixed(3).replace('-', '−')}`,
    );
    const advantages = [...new Set(must(credit, 'credit').samples.map(({ advantage }) => advantage))];
    for (const advantage of advantages.slice(0, 5)) {
      const shown = `${advantage < 0 ? '−' : '+'}${Math.abs(advantage).toFixed(2)}`;
      expect(lines.join('\n')).toContain(shown);
    }
    const rejected = reader.readPrefix('step/0000').filter(({ type }) => type === 'rejected');
    expect(lines.filter((line) => line.includes('rejected: '))).toHaveLength(rejected.length);
  });

  it('prints an evaluation as one table, and says that it has no rewards', () => {
    const lines = page('eval/before');
    expect(lines.filter((line) => /^ *\d{4} {2}/.test(line))).toHaveLength(8);
    expect(lines.join('\n')).toContain('no rewards and no advantages');
  });

  it('prints for unpadded addresses what it prints for padded ones', () => {
    const places = reader
      .streams()
      .filter((stream) => /^(step\/0000\/task\/00[0-2]|eval\/after\/000[0-2])/.test(stream));
    expect(places.length).toBeGreaterThan(20);
    for (const place of places) {
      const unpadded = place.replace(/\b0+(?=\d)/g, '');
      expect(unpadded).not.toBe(place);
      expect(page(`${unpadded}/`)).toEqual(page(place));
      expect(placeEvents(shown(), unpadded)).toEqual(placeEvents(shown(), place));
    }
  });

  it('prints the tokens of a call with their log-probabilities if asked to', () => {
    const [event] = called.filter(isAgent);
    const { stream } = must(event, 'a call');
    const lines = placePage(shown(reader, true), stream);
    const { tokens } = readCall(must(event, 'a call'), tokenizer);
    for (const { text, logProb } of tokens) {
      expect(lines).toContainEqual(
        `${logProb.toFixed(4).replace('-', '−').padStart(12)}  ${printable(JSON.stringify(text))}`,
      );
    }
    expect(page(stream).join('\n')).not.toContain('log-probability');
  });

  it('keeps the indentation of scripts of several lines', () => {
    const script = 'run(\n  vote(\n    agent("solve"), 3))';
    const log = rewritten(({ type, stream, data }) =>
      type === 'called' && /\/design\/\d+$/.test(stream) ? { ...data, text: script } : data,
    );
    for (const place of ['step/0/task/0', 'step/0/task/0/design/0']) {
      const text = placePage(shown(log), place).join('\n');
      expect(text).toContain(`  script    run(\n              vote(\n                agent("solve"), 3))`);
    }
  });

  it('lets no control character of a model or a task through', () => {
    const log = rewritten(({ type, data }) =>
      type === 'called' ? { ...data, text: 'a\u001b[2J\u009bb\u0007\r\u0000' } : data,
    );
    for (const place of [
      'step/0',
      'step/0/task/0',
      'step/0/task/0/design/0',
      'eval/before',
      'eval/before/0',
    ]) {
      expect(placePage(shown(log), place).join('\n')).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });
});

describe('the screens', () => {
  it('show for a selected execution the prompts that its agents were sent', () => {
    const credited = must(
      reader.read('session').find(({ type }) => type === 'credited'),
      'credit',
    );
    const view = foldedTo(reader, credited.seq);
    const details = new Details(reader);
    const executions = reader.streams('step/0000').filter((stream) => /\/exec\/\d+$/.test(stream));
    expect(executions.length).toBeGreaterThan(20);
    for (const execution of executions) {
      const agents = reader.streams(`${execution}/agent`);
      const lines = details.lines(view, execution, false).map((line) => line.text);
      const copies = lines.flatMap((line) => /^ {2}task copy (.*)/.exec(line)?.[1] ?? []);
      expect(new Set(copies)).toEqual(new Set(agents.map((agent) => printable(copyOf(agent).copy))));
      // The task's own text is shown once, as the task.
      const own = printable(copyOf(agents[0] ?? '').text);
      expect(lines.filter((line) => line.startsWith('  task  '))).toEqual([`  task      ${own}`]);
    }
  });

  it('show the call that wrote a selected design, with its tokens if asked to', () => {
    const view = foldedTo(reader, must(reader.readPrefix('step/0000').at(-1), 'an event').seq);
    const event = must(
      called.find(({ stream }) => /^step\/0000\/.*\/design\/\d+$/.test(stream)),
      'a design',
    );
    const details = new Details(reader);
    const plain = details.lines(view, event.stream, false);
    expect(plain.map(({ text }) => text)).toContain('  designer');
    const { length } = recordedCall(event).tokens;
    expect(details.lines(view, event.stream, true)).toHaveLength(plain.length + length + 2);
  });
});

describe('what is expected and what failed', () => {
  const failing = () =>
    [...reader.events()].flatMap((event) =>
      'failed' in event.data && (event.type === 'checked' || event.type === 'verified') ? [event] : [],
    );

  it('is the first public test that does not pass, with what the function gives for it', () => {
    let values = 0;
    for (const { stream, type, data } of failing()) {
      const execution = readTranscript(reader, stream, tokenizer);
      const failed =
        type === 'verified'
          ? execution.verdict?.failed
          : execution.parts.flatMap((part) =>
              part.kind === 'check' && part.key === data.key ? [part.failed] : [],
            )[0];
      const { index, input, expected, actual } = must(failed, 'a failed test');
      const { check } = taskOf(stream);
      if (check.kind !== 'tests') throw new Error('a failed test of a task without tests');
      expect({ input, output: expected }).toEqual(check.public[index]);
      if (actual === undefined) continue;
      values++;
      expect(actual).not.toEqual(expected);
      if (type !== 'verified') continue;
      const { source } = z.object({ source: z.string() }).parse(data.answer);
      const given: unknown = vm.runInNewContext(
        `(${source})(...${JSON.stringify(input)})`,
        {},
        { timeout: 500 },
      );
      expect(actual).toEqual(given);
    }
    expect(values).toBeGreaterThan(0);
  });

  it('stands on the page of the execution', () => {
    const event = must(
      failing().find(({ type }) => type === 'verified'),
      'a verdict with a failed test',
    );
    const text = page(event.stream).join('\n');
    expect(text).toMatch(/ {2}failed {4}public test 1: f\(\d+\)\n {12}expected \S+, (gave|does|throws)/);
    expect(text).toMatch(/ {2}expected {2}public f\(\d+\) = /);
    expect(text).toMatch(/ {2}verdict {3}score 0, hidden \S+, parsed \d, public 0/);
  });

  it('is left unsaid where an older run did not record it', () => {
    const older = rewritten(({ data: { failed: _, ...data } }) => data);
    for (const { stream } of failing().slice(0, 5)) {
      const text = placePage(shown(older), stream).join('\n');
      expect(text).not.toContain('failed ');
      expect(text).toContain('  expected  public f(');
    }
  });

  it('is the answer that the verifier knows, for every execution of the step', () => {
    const executions = reader.streams('step/0000').filter((stream) => /\/exec\/\d+$/.test(stream));
    for (const stream of executions) {
      const { check } = taskOf(stream);
      if (check.kind !== 'tests') expect(page(stream)).toContain(`  expected  ${check.value}`);
    }
  });
});

function taskOf(execution: string): Task {
  const { task } = z.object({ task: z.object({ id: z.string() }) }).parse(reader.read(execution)[0]?.data);
  return taskSchema.parse(tasks.get(task.id));
}
