import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { redrawPlace } from '../../machines/redraw.ts';
import { placePage } from '../../src/cli/show/place-page.ts';
import { creditSettings } from '../../src/runtime/config.ts';
import { executionWorth } from '../../src/runtime/fork/worth.ts';
import { creditFromLog, recordedCredits, sameCredit } from '../../src/runtime/recorded-credit.ts';
import { readConfig, resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { summarise } from '../../src/views/run-summary.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { evenAnswers, runOptions, scratch, smallConfig } from './small-run.ts';

// Training with credit by forks: real weights, sandbox and store; a verifier that a policy of seconds can please.

const DRAWS = 3;
const KIT = evenAnswers();
const directory = scratch();
const options = { ...runOptions(), kit: KIT };
const base = smallConfig({ steps: 2 });
const config = { ...base, credit: { ...base.credit, draws: DRAWS } };
let store: Store;

beforeAll(async () => {
  store = directory.open('credit.db');
  await startRun(store, config, options).finished;
}, 60_000);
afterAll(() => {
  store.close();
  directory.remove();
});

const events = (run = 'run-1') => [...store.reader(run).events()];
const called = ({ type }: StoredEvent) => type === 'called';
const inBranch = ({ stream }: StoredEvent) => redrawPlace(stream) !== null;

describe('training with credit by forks', () => {
  it('redraws each executor call of a step of the executor, and no other', () => {
    const made = events().filter((event) => called(event) && event.stream.includes('/agent/'));
    const of = (prefix: string) => made.filter((event) => event.stream.startsWith(prefix));
    const calls = of('step/0000').filter((event) => !inBranch(event));
    const branches = events().filter((event) => inBranch(event) && event.type === 'verified');
    expect(calls.length).toBeGreaterThan(20);
    const redrawn = new Set(branches.map(({ stream }) => redrawPlace(stream)?.call));
    for (const call of redrawn) {
      expect(calls.some(({ stream, data }) => call === `${stream}/${String(data.key)}`)).toBe(true);
    }
    expect(made.filter(inBranch).every(({ stream }) => stream.startsWith('step/0000/'))).toBe(true);
    expect(new Set(made.filter(inBranch).map(({ data }) => data.version)).size).toBe(1);
  });

  it('learns from the score of an execution less the mean of the branches of its call', () => {
    const reader = store.reader('run-1');
    const [credit] = recordedCredits(reader);
    const nonZero = credit?.samples.filter(({ advantage }) => advantage !== 0) ?? [];
    expect(nonZero.length).toBeGreaterThan(10);
    // The unit is that of advantages of executions.
    expect(Math.max(...nonZero.map(({ advantage }) => Math.abs(advantage)))).toBeLessThan(4);
    for (const recorded of recordedCredits(reader)) {
      const again = creditFromLog(
        reader,
        recorded.step,
        recorded.role,
        creditSettings(config, recorded.step),
      );
      expect(sameCredit(again, recorded)).toBe(true);
    }
    const learned = reader.read('session').find(({ type }) => type === 'learned');
    expect(learned?.data.sequences).toBe(nonZero.length);
  });

  it('is the credit that the command finds for the same execution', async () => {
    const reader = store.reader('run-1');
    const several = (stream: string) => reader.readPrefix(`${stream}/agent`).filter(called).length > 1;
    const execution = reader.streams('step/0000').find((name) => /\/exec\/\d+$/.test(name) && several(name));
    const stream = execution ?? '';
    const found = await executionWorth(reader, readConfig(store, 'run-1'), stream, {
      kit: KIT,
      hardware: { samplers: 1 },
      draws: DRAWS,
    });
    const rollout = stream.replace(/\/design\/.*/, '');
    for (const { call, branches } of found.worth) {
      const recorded = reader
        .read(rollout)
        .filter(({ data }) => redrawPlace(`${rollout}/${String(data.key)}`)?.call === call)
        .map(({ data }) => data.output);
      expect(recorded).toMatchObject(branches.map((score) => ({ score })));
    }
    const sampled = reader
      .readPrefix(`${stream}/redraw`)
      .filter((event) => called(event) && event.data.reused !== true);
    expect(found.policyCalls).toBe(sampled.length);
  }, 30_000);

  it('has a page for each branch, and names their scores on the page of the execution', () => {
    const reader = store.reader('run-1');
    const shown = { run: 'run-1', reader, config, tokens: false };
    const [branch = ''] = reader
      .streams('step/0000')
      .filter((stream) => /\/redraw\/[^/]+\/0\/01$/.test(stream));
    const { execution = '', call = '' } = redrawPlace(branch) ?? {};
    const page = placePage(shown, branch);
    expect(placePage(shown, branch.replace(/\b0+(?=\d)/g, ''))).toEqual(page);
    expect(page[1]).toBe(
      `  branch    ${call.slice(execution.length + 1)} of ${execution} is drawn anew, draw 1`,
    );
    const calls = reader.readPrefix(branch).filter(called);
    expect(page.filter((line) => line.includes('advantage none (branch)'))).toHaveLength(calls.length);
    expect(page.filter((line) => line.includes('taken from the execution'))).toHaveLength(
      calls.filter(({ data }) => data.reused === true).length,
    );
    const rollout = execution.replace(/\/design\/.*/, '');
    const scores = reader
      .read(rollout)
      .filter(({ data }) => redrawPlace(`${rollout}/${String(data.key)}`)?.call === call)
      .map(({ data }) => z.object({ score: z.number() }).parse(data.output).score);
    expect(scores).toHaveLength(DRAWS);
    expect(placePage(shown, execution).join('\n')).toContain(
      `${call.slice(execution.length + 1)}: scores ${scores.join(' ')}`,
    );
  });

  it('pays for what was sampled, and says so', () => {
    const reader = store.reader('run-1');
    const sampled = events().filter((event) => called(event) && event.data.reused !== true);
    const { policyCalls, branchCalls } = summarise(store.run('run-1'), reader, []);
    expect(policyCalls).toBe(sampled.length);
    expect(branchCalls).toBe(sampled.filter(inBranch).length);
    expect(events().filter(called).length).toBeGreaterThan(sampled.length);
  });

  it('verifies, branches included', async () => {
    const result = await verifyRun(store, 'run-1', { kit: KIT, hardware: { samplers: 1 } });
    expect(result).toMatchObject({ identical: true, divergence: null, events: events().length });
  }, 30_000);

  it('stopped among its branches, it samples no recorded call twice and ends as if undisturbed', async () => {
    let seen = 0;
    const first = startRun(store, config, {
      ...options,
      onEvents: (batch) => {
        seen += batch.filter((event) => called(event) && inBranch(event)).length;
        if (seen > 60) first.stop();
      },
    });
    expect(await first.finished).toBe('stopped');
    const before = events(first.id).filter(called).length;
    expect(events(first.id).filter((event) => called(event) && inBranch(event)).length).toBe(seen);
    let after = 0;
    const onEvents = (batch: readonly StoredEvent[]) => {
      after += batch.filter(called).length;
    };
    expect(await resumeRun(store, first.id, { ...options, onEvents }).finished).toBe('done');
    expect(before + after).toBe(events().filter(called).length);
    expect(store.reader(first.id).eventHash()).toBe(store.reader('run-1').eventHash());
  }, 60_000);
});
