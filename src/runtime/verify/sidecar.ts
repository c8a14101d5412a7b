import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalJson, type JsonObject } from '../../core/json.ts';
import type { Differences } from './tolerance.ts';

const memorySchema = z.strictObject({
  format: z.literal(1),
  /** What is verified and how; a memory of anything else is of no use. */
  of: z.record(z.string(), z.json()),
  /** Events up to this position had been dealt with. */
  upTo: z.number().int().min(0),
  differences: z
    .strictObject({
      logProb: z.number(),
      trainedLogProb: z.number(),
      figure: z.number(),
      weight: z.number(),
    })
    .nullable(),
});

/** What an interrupted verification leaves to the next one. */
export interface Memory {
  readonly upTo: number;
  readonly differences: Differences | null;
}

/** Time, in ms, from one writing to the next. */
const PAUSE = 2000;

/**
 * The file beside a store in which a verification notes how far it is, so that it can be interrupted. Where it cannot
 * be written, as in a read-only directory, there is none, and a verification begins anew each time.
 */
export class Sidecar {
  readonly #file: string;
  readonly #clock: () => number;
  #of: JsonObject = {};
  #memory: Memory | null = null;
  #last = 0;

  /** @param clock ms; decides when the file is written, and nothing else */
  constructor(file: string, clock: () => number) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Begins with a verification: what an earlier attempt at the same one left, or null. */
  begin(of: JsonObject): Memory | null {
    this.#of = of;
    this.#last = this.#clock();
    try {
      const parsed = memorySchema.safeParse(JSON.parse(readFileSync(this.#file, 'utf8')));
      if (!parsed.success || canonicalJson(parsed.data.of) !== canonicalJson(of)) return null;
      const { upTo, differences } = parsed.data;
      return { upTo, differences };
    } catch {
      return null;
    }
  }

  /** Notes how far the verification is; the file is written now and then. */
  note(memory: Memory): void {
    this.#memory = memory;
    if (this.#clock() - this.#last >= PAUSE) this.flush();
  }

  /** Writes what was noted last. */
  flush(): void {
    if (this.#memory === null) return;
    this.#last = this.#clock();
    const { upTo, differences } = this.#memory;
    const text = JSON.stringify({ format: 1, of: this.#of, upTo, differences });
    try {
      // Another file that takes its place: a reader finds the old one or the new one, whole.
      writeFileSync(`${this.#file}.new`, `${text}\n`);
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      this.#memory = null;
    }
  }

  /** Removes the file: the verification came to its end, or is to begin anew. */
  remove(): void {
    this.#memory = null;
    try {
      rmSync(this.#file, { force: true });
    } catch {
      // It was not ours to remove, and `begin` does not take it for another verification's.
    }
  }
}
