import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultLibrary } from '../../src/designs/library.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { rehearse } from '../../src/runtime/rehearse.ts';
import { plainPolicy, repliesPolicy, repliesSchema } from '../../src/runtime/replies.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { CHECK_ALLOWANCE } from './allowance.ts';

// Scripts of the published dialect with what their agents reply, how many calls the original library makes and
// what answer it comes to. They lie beside the project; where they do not, there is nothing to compare with.

const FOLDER = fileURLToPath(new URL('../../../shared/cases/designs/', import.meta.url));
const caseSchema = z.object({
  file: z.string(),
  replies: repliesSchema,
  calls: z.number(),
  answer: z.string(),
  why: z.string(),
});
const cases = existsSync(`${FOLDER}expected.jsonl`)
  ? readFileSync(`${FOLDER}expected.jsonl`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => caseSchema.parse(JSON.parse(line)))
  : [];

const library = defaultLibrary();
const sandbox = new QuickJsSandbox();
const jail = new PythonJail();
const reader = new DesignReader({ library, sandbox, jail, allowance: CHECK_ALLOWANCE });
afterAll(() => Promise.all([sandbox.close(), jail.close()]));

const bare = (text: string | null) => text?.replace(/[\s$]/g, '');

describe.skipIf(cases.length === 0)('cases beside the project', () => {
  it.each(cases)(
    '$file: $why',
    async ({ file, replies, calls, answer }) => {
      const { checks, spec } = await reader.read(readFileSync(`${FOLDER}${file}`, 'utf8'), 'python');
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      if (spec === null) throw new Error('a good report has a spec');
      const run = await rehearse(spec, {
        library,
        sandbox,
        jail,
        task: 'What is 6 * 7?',
        respond: repliesPolicy(replies, plainPolicy('42')),
      });
      expect({ calls: run.calls, answer: bare(run.answer) }).toEqual({ calls, answer: bare(answer) });
      // What placeholders stand for is in the prompts, and not the placeholders.
      expect(run.transcript.map(({ prompt }) => prompt).join()).not.toMatch(
        /\{(?:question|response|reflection)\}/,
      );
    },
    60_000,
  );
});
