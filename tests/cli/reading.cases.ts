import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../store/store.ts';
import { KINDS } from '../../tools/graph/load.ts';
import { readMermaid } from '../graph/mermaid-check.ts';
import { contents, jsonLines, outcome, start, summarySchema, troupe } from './command.ts';
import { scratchCopy } from './stored-runs.ts';

/** The families that a run trains on unless it is told otherwise. */
const FAMILIES = ['arithmetic', 'notes', 'chain', 'code', 'trace', 'memo'] as const;

/** A machine as `troupe graph --format json` prints it. */
const chartSchema = z.object({
  id: z.string(),
  root: z.object({ states: z.array(z.unknown()).min(1) }),
  edges: z.array(z.object({ id: z.string(), source: z.string(), count: z.number().optional() })).min(1),
});

/** Every command that looks at what is stored. */
export function reading(recorded: () => string): void {
  /** Runs a command that must succeed in silence, and returns its output. */
  async function read(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await troupe(args, { cwd: recorded() });
    // On a slow machine there is progress to be shown.
    if (code !== 0 || stderr.replace(/^.*[░█].*$\n?/gm, '') !== '')
      throw new Error(`${args.join(' ')}: exit code ${code}, ${stderr}`);
    return stdout;
  }
  /** Reads the store directly, to compare. */
  function peek<T>(look: (store: Store) => T): T {
    const store = Store.open(join(recorded(), 'troupe.db'), { mode: 'read', clock: Date.now });
    try {
      return look(store);
    } finally {
      store.close();
    }
  }
  const someDesign = (prefix = '') =>
    peek((store) => {
      const streams = store.reader('latest').streams(prefix);
      return streams.find((stream) => stream.endsWith('/exec/00'))?.replace(/\/exec\/00$/, '') ?? '';
    });

  describe.concurrent('runs', () => {
    it('--json prints one object for each run', async ({ expect }) => {
      const [first, second, ...rest] = jsonLines(summarySchema, await read('runs', '--json'));
      expect(rest).toEqual([]);
      expect(first).toMatchObject({ run: 'run-1', status: 'interrupted', step: 0, steps: 2 });
      expect(second).toMatchObject({ run: 'run-2', seed: 1, preset: 'quick', status: 'done', step: 2 });
      const { events, hash } = peek((store) => {
        const reader = store.reader('run-2');
        return { events: reader.count(), hash: reader.eventHash() };
      });
      expect(second).toMatchObject({ events, eventHash: hash });
      expect(second?.weightsHash).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.keys(second?.heldOut.before ?? {})).toEqual(FAMILIES);
      expect(Object.keys(second?.heldOut.after ?? {})).toEqual(FAMILIES);
      expect(second?.policyCalls).toBeGreaterThan(0);
    });

    it('prints a table, and says that an empty store has none', async ({ expect, ...test }) => {
      const lines = (await read('runs')).trimEnd().split('\n');
      expect(lines.map((line) => line.split(' ')[0])).toEqual(['run', 'run-1', 'run-2']);
      const cwd = scratchCopy(test);
      Store.open(join(cwd, 'troupe.db'), { mode: 'create', clock: Date.now }).close();
      expect(await troupe(['runs'], { cwd })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('no runs yet'),
      });
      expect(await troupe(['runs', '--json'], { cwd })).toMatchObject({ code: 0, stdout: '' });
    });
  });

  describe.concurrent('show', () => {
    it('shows a run', async ({ expect }) => {
      const text = await read('show');
      expect(text).toMatch(/^run-2 {2}preset quick, seed 1, done, step 2 of 2\n/);
      expect(text).toContain('policy versions: cold-start/02 (');
      expect(jsonLines(summarySchema, await read('show', '1', '--json'))[0]).toMatchObject({ run: 'run-1' });
    });

    it('shows a step as one table, a task, a design, an execution, an agent', async ({ expect }) => {
      const design = someDesign('step');
      const task = design.replace(/\/design\/\d+$/, '');
      const step = task.replace(/\/task\/\d+$/, '');
      const streams = peek((store) => store.reader('latest').streams(step));
      const designs = streams.filter((stream) => /\/design\/\d+$/.test(stream));
      const rows = (await read('show', `latest/${step}`)).match(/^ *\d{3} {2}\w/gm);
      expect(rows).toHaveLength(designs.length);

      const tree = await read('show', `latest/${task}`);
      expect(tree).toMatch(/^ {2}expected {2}\S/m);
      expect(tree.match(/^design\/\d {2}/gm)).toHaveLength(
        designs.filter((stream) => stream.startsWith(`${task}/`)).length,
      );
      const one = await read('show', `latest/${design}`);
      expect(one).toMatch(/^design\/\d turn\/0 {2}finish \w+ {2}policy [0-9a-f]{8} {2}advantage /m);
      expect(one).toMatch(/^ {2}exec\/00 /m);
      const execution = await read('show', `latest/${design}/exec/00`);
      expect(execution).toMatch(/^ {2}verdict {3}(score \d|no answer)/m);
      const agent = streams.find((stream) => stream.startsWith(`${design}/exec/00/agent/`));
      const calls = peek((store) => store.reader('latest').read(agent ?? '')).filter(
        ({ type }) => type === 'called',
      );
      const text = await read('show', `run-2/${agent}`, '--tokens');
      expect(text.match(/^\S+ turn\/\d {2}finish /gm)).toHaveLength(calls.length);
      expect(text.match(/log-probability of each token/g)).toHaveLength(calls.length);
    });

    it('takes addresses as people type them, and single events', async ({ expect }) => {
      const design = someDesign();
      const short = design.replace(/\b0+(?=\d)/g, '');
      for (const rest of ['', '/exec/0']) {
        const padded = await read('show', `latest/${design}${rest.replace('0', '00')}`);
        expect(await read('show', `latest/${short}${rest}/`)).toBe(padded);
      }
      const event = peek((store) => store.reader('latest').read(design)[1]);
      const line = `run-2 event ${event?.seq}: called on ${design}@1\n`;
      expect((await read('show', `latest/${short}@1`)).startsWith(line)).toBe(true);
      expect((await read('show', `latest/${event?.seq}`)).startsWith(line)).toBe(true);
    });

    it('--json prints the tokens of a call', async ({ expect }) => {
      const call = z.object({ tokens: z.array(z.int()).min(1), logProbs: z.array(z.number()) });
      const lines = (await read('show', `latest/${someDesign()}`, '--json')).split('\n');
      const called = lines.find((line) => line.includes('"called"')) ?? '';
      const { tokens, logProbs } = z.object({ data: call }).parse(JSON.parse(called)).data;
      expect(logProbs).toHaveLength(tokens.length);
    });

    it('--json prints the events of a place', async ({ expect }) => {
      const event = z.looseObject({ seq: z.number(), stream: z.string(), type: z.string(), data: z.json() });
      const events = jsonLines(event, await read('show', 'latest/session', '--json'));
      expect(events.map(({ stream }) => stream)).toEqual(events.map(() => 'session'));
      expect(events[0]).toMatchObject({ seq: 1, type: 'started' });
    });
  });

  describe.concurrent('credit', () => {
    it('is the same from the log, for the run and for a step', async ({ expect }) => {
      const text = await read('credit');
      expect(text.match(/ identical$/gm)).toHaveLength(2);
      expect(text).toMatch(/run-2: 2 of 2 steps identical\.\n$/);
      expect(await read('credit', '--step', '1')).toMatch(/run-2: 1 of 1 steps identical\.\n$/);
      const line = z.looseObject({ run: z.string(), identical: z.literal(true), step: z.number() });
      const lines = jsonLines(line, await read('credit', '--json'));
      expect(lines.map(({ step }) => step)).toEqual([0, 1]);
    });
  });

  describe.concurrent('graph', () => {
    it.for(KINDS)('%s is printed in every format', async (kind, { expect }) => {
      const mermaid = await read('graph', kind);
      const dot = await read('graph', kind, '--format', 'dot');
      const json = await read('graph', kind, '--format', 'json');
      expect(readMermaid(mermaid).states.size).toBeGreaterThan(1);
      expect(dot).toMatch(/^digraph ".*" \{\n[\s\S]*\n\}\n$/);
      const chart = chartSchema.parse(JSON.parse(json));
      expect(dot.match(/-> .* \[label=/g)).toHaveLength(chart.edges.length);
    });

    it('--paths lists the shortest path to every end', async ({ expect }) => {
      const ends = (await read('graph', 'agent', '--paths')).match(/^\w+/gm);
      expect(new Set(ends)).toEqual(new Set(['answered', 'failed']));
    });

    it('draws a recorded design', async ({ expect }) => {
      const json = await read('graph', `latest/${someDesign()}`, '--format', 'json');
      expect(chartSchema.parse(JSON.parse(json)).id).toBe('execution');
    });

    it('--coverage counts what a run did', async ({ expect }) => {
      const json = await read('graph', 'agent', '--format', 'json', '--coverage', 'latest');
      const { edges } = chartSchema.parse(JSON.parse(json));
      expect(edges.every(({ count }) => count !== undefined)).toBe(true);
      expect(edges.reduce((sum, { count = 0 }) => sum + count, 0)).toBeGreaterThan(0);
      expect(await read('graph', 'session', '--coverage', 'run-2')).toMatch(/×2/);
    });
  });

  describe.concurrent('replay --plain', () => {
    it('prints the state after any event', async ({ expect }) => {
      const { count, event } = peek((store) => {
        const reader = store.reader('latest');
        return { count: reader.count(), event: reader.eventAt(100) };
      });
      const lines = (await read('replay', '--plain', '--at', '100')).split('\n');
      expect(lines[0]).toContain(`run-2 after event 100 of ${count}: `);
      expect(lines[1]).toBe(`event ${event?.type} on ${event?.stream}@${event?.version}`);
      expect(await read('replay')).toContain(`after event ${count} of ${count}`);
    });

    it('takes places and events of streams, and shows a call as it was sent', async ({ expect }) => {
      const design = someDesign();
      const [started, called] = peek((store) => store.reader('latest').read(design));
      const short = design.replace(/\b0+(?=\d)/g, '');
      expect(await read('replay', '--at', short)).toContain(`run-2 after event ${started?.seq} of `);
      const text = await read('replay', '--at', `${short}@1`);
      expect(text).toContain(`run-2 after event ${called?.seq} of `);
      expect(text).toMatch(/^ {2}designer\n {2}task {6}\S/m);
    });
  });

  describe.concurrent('eval and export', () => {
    it('score a version, and write it', async ({ expect, ...test }) => {
      const family = z.looseObject({ tasks: z.literal(2), valid: z.literal(2) });
      const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });
      const rates = z.record(z.enum(['1', '2', '3']), interval);
      const scored = z.looseObject({
        run: z.literal('run-2'),
        label: z.literal('cold-start/02'),
        families: z.record(z.enum(FAMILIES), family),
        samples: z.literal(3),
        accuracy: z.object({ families: z.record(z.enum(FAMILIES), interval), overall: interval }),
        passAtK: z.object({ families: z.record(z.enum(FAMILIES), rates), overall: rates }),
      });
      const design = 'run(agent("solve"))';
      const args = ['--policy', 'cold-start', '--tasks', '2', '--design', design, '--samples', '3', '--json'];
      const [several, ...others] = jsonLines(scored, await read('eval', ...args));
      expect(others).toEqual([]);
      // Scores are 0 or 1, so that pass@1 is their mean; and more samples solve no less.
      const { '1': one, '2': two, '3': three } = several?.passAtK.overall ?? {};
      expect(one?.mean).toBeCloseTo(several?.accuracy.overall.mean ?? -1, 12);
      expect((one?.mean ?? 1) <= (two?.mean ?? 0) && (two?.mean ?? 1) <= (three?.mean ?? 0)).toBe(true);
      for (const { low, high } of Object.values(several?.accuracy.families ?? {})) {
        expect(high - low).toBeGreaterThan(0.3);
      }

      const folder = join(scratchCopy(test), 'policy');
      expect(await read('export', 'latest', folder, '--policy', 'step/1')).toContain(
        'run-2, policy step/0001',
      );
      expect(readdirSync(folder).sort()).toEqual(
        ['config.json', 'decode.onnx', 'model.onnx', 'prefill.onnx', 'tokenizer.json'].sort(),
      );
    });
  });

  describe.concurrent('a reader that goes away', () => {
    it.for([['show', 'latest/', '--json'], ['graph', 'session'], ['--help']])(
      'ends %s without a word',
      async (args, { expect }) => {
        const child = start(args, { cwd: recorded() });
        if (args[0] === 'show') child.stdout.once('data', () => child.stdout.destroy());
        else child.stdout.destroy();
        expect(await outcome(child)).toMatchObject({ code: 0, signal: null, stderr: '' });
      },
    );
  });

  it('reading leaves nothing behind', async ({ expect, ...test }) => {
    const cwd = scratchCopy(test, recorded());
    const before = contents(cwd);
    for (const command of ['runs', 'show', 'replay']) await troupe([command], { cwd });
    expect(contents(cwd)).toEqual(before);
  });
}
