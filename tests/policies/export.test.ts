import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import { EmbeddedPolicy } from '../../src/policies/embedded-policy.ts';
import { type ExportedPolicy, exportPolicy, exportSchema } from '../../src/policies/export.ts';
import { weightsHash } from '../../src/policies/parameters.ts';
import { CONFIG, requests, tokenizer, WEIGHTS } from './small-policy.ts';

const SEED = 7;
const POLICY: ExportedPolicy = {
  config: CONFIG,
  weights: WEIGHTS,
  tokenizer,
  meta: { run: 'r1', label: 'step/0003', temperature: 1 },
};

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'troupe-export-'));
  folder = join(root, 'deep', 'policy');
  await exportPolicy(folder, POLICY);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const readJson = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));

/** A sampler that knows the files only: encodes by `tokenizer.json`, runs `model.onnx`, draws by inversion. */
async function openExport() {
  const config = await readJson('config.json');
  const { model, pre_tokenizer } = await readJson('tokenizer.json');
  const session = await InferenceSession.create(join(folder, 'model.onnx'), { intraOpNumThreads: 1 });
  const words = new RegExp(pre_tokenizer.pattern.Regex, 'g');
  const ranks = new Map<string, number>(
    model.merges.map(([a, b]: [string, string], rank: number) => [JSON.stringify([a, b]), rank]),
  );
  const encode = (text: string): number[] =>
    (text.match(words) ?? []).flatMap((word) => {
      const parts = [...word];
      for (;;) {
        const pairs = parts.slice(1).map((right, i) => ranks.get(JSON.stringify([parts[i], right])) ?? 1e9);
        const best = Math.min(1e9, ...pairs);
        if (best === 1e9) break;
        const at = pairs.indexOf(best);
        parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
      }
      return parts.map((part) => model.vocab[part] ?? model.vocab[model.unk_token]);
    });
  const prompt = (segments: readonly { kind: string; text: string }[]): number[] => [
    ...segments.flatMap(({ kind, text }) => [config.tokens.segments[kind], ...encode(text)]),
    config.tokens.say,
  ];
  const sample = async (start: readonly number[], draw: (t: number) => number, maxTokens: number) => {
    const sequence = [...start];
    const logProbs: number[] = [];
    const limit = Math.min(maxTokens, config.model.context - start.length);
    while (logProbs.length < limit) {
      const tokens = new Tensor('int32', Int32Array.from(sequence), [1, sequence.length]);
      const { logits } = await session.run({ tokens });
      const row = Array.from(logits?.data ?? [], Number).slice(-config.model.vocab);
      const weights = row.map((logit) => Math.exp(logit / config.temperature));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      let left = draw(logProbs.length) * total;
      const token = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      sequence.push(token);
      logProbs.push(Math.log((weights[token] ?? 0) / total));
      if (token === config.tokens.end) break;
    }
    return { tokens: sequence.slice(start.length), logProbs };
  };
  return { prompt, sample, close: () => session.release() };
}

describe('export', () => {
  it('writes all that a reader needs, and says what it is', async () => {
    expect((await readdir(folder)).sort()).toEqual([
      'config.json',
      'decode.onnx',
      'model.onnx',
      'prefill.onnx',
      'tokenizer.json',
    ]);
    const config = exportSchema.parse(await readJson('config.json'));
    expect(config).toMatchObject({ model: CONFIG, weights: weightsHash(WEIGHTS), temperature: 1 });
    expect(await readdir(join(root, 'deep'))).toEqual(['policy']);
    expect((await stat(folder)).mode & 0o700).toBe(0o700);
  });

  it('samples the same tokens with nothing but the files and the same draws', async () => {
    const policy = new EmbeddedPolicy({
      config: CONFIG,
      tokenizer,
      seed: SEED,
      workers: 1,
      models: { designer: 'shared', executor: 'shared' },
    });
    await policy.load('shared', WEIGHTS);
    const asked = requests(12, 5);
    const expected = await Promise.all(asked.map((request) => policy.complete(request)));
    await policy.close();
    const exported = await openExport();
    for (const [index, { prompt, stream, sampler }] of asked.entries()) {
      const start = exported.prompt(prompt);
      expect(start).toEqual(expected[index]?.promptTokens);
      const random = new RandomStream(SEED, stream);
      const { tokens, logProbs } = await exported.sample(start, (t) => random.at(t), sampler.maxTokens);
      expect(tokens).toEqual(expected[index]?.tokens);
      logProbs.forEach((logProb, t) => {
        expect(Math.abs(logProb - (expected[index]?.logProbs[t] ?? 0))).toBeLessThan(1e-4);
      });
    }
    await exported.close();
  });

  it('writes the same bytes for the same policy', async () => {
    const again = join(root, 'again');
    await exportPolicy(again, POLICY);
    for (const name of await readdir(folder)) {
      expect((await readFile(join(again, name))).equals(await readFile(join(folder, name)))).toBe(true);
    }
  });

  it('takes an empty folder, and leaves anything else alone', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    await exportPolicy(empty, POLICY);
    await expect(exportPolicy(empty, POLICY)).rejects.toThrow(UserError);
    const full = join(root, 'full');
    await mkdir(full);
    await writeFile(join(full, 'thesis.tex'), 'precious');
    await expect(exportPolicy(full, POLICY)).rejects.toThrow(/full is not empty/);
    expect(await readdir(full)).toEqual(['thesis.tex']);
    await expect(exportPolicy(join(full, 'thesis.tex'), POLICY)).rejects.toThrow(/not a folder/);
    await expect(exportPolicy(join(full, 'thesis.tex', 'x'), POLICY)).rejects.toThrow(UserError);
  });

  it('leaves nothing behind if it fails', async () => {
    const broken = { ...POLICY, meta: { ...POLICY.meta, temperature: 0 } };
    const place = join(root, 'broken');
    await mkdir(place);
    await expect(exportPolicy(join(place, 'policy'), broken)).rejects.toThrow();
    expect(await readdir(place)).toEqual([]);
  });
});
