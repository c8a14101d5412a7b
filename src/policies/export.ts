import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { forwardGraph } from './forward-graph.ts';
import { decodeGraph, prefillGraph } from './inference-graphs.ts';
import { type TransformerConfig, weightsHash } from './parameters.ts';
import { SEGMENT_KINDS } from './prompt.ts';
import type { Tokenizer } from './tokenizer.ts';
import { tokenizerFile } from './tokenizer-file.ts';

const id = z.number().int().min(0);
const count = z.number().int().positive();
/** The token that opens each kind of segment. */
const segmentIds = z.record(z.enum(SEGMENT_KINDS), id);

/** `config.json` of an exported policy: all that a reader needs besides the models and the tokenizer. */
export const exportSchema = z.strictObject({
  format: z.literal('troupe-policy'),
  version: z.literal(1),
  model: z.strictObject({
    vocab: count,
    dim: count,
    layers: count,
    heads: count,
    hidden: count,
    context: count,
  }),
  /** SHA-256 of the parameters, as the log names them. */
  weights: z.string().regex(/^[0-9a-f]{64}$/),
  /** The temperature it was trained and sampled at. */
  temperature: z.number().positive(),
  tokens: z.strictObject({
    pad: id,
    end: id,
    say: id,
    unknown: id,
    segments: segmentIds,
  }),
  /** In words, how a prompt and a completion become tokens. */
  template: z.strictObject({ prompt: z.string(), completion: z.string() }),
  /** What is in each file. */
  files: z.record(z.string(), z.string()),
  origin: z.strictObject({ run: z.string(), label: z.string() }),
});
type ExportConfig = z.infer<typeof exportSchema>;

export interface ExportedPolicy {
  readonly config: TransformerConfig;
  readonly weights: Float32Array;
  readonly tokenizer: Tokenizer;
  readonly meta: { readonly run: string; readonly label: string; readonly temperature: number };
}

/**
 * Writes a policy as files that other tools load: ONNX models with the weights in them, `tokenizer.json` and
 * `config.json`. The folder appears complete or not at all. Throws a UserError if there is something in it
 * already.
 */
export async function exportPolicy(folder: string, policy: ExportedPolicy): Promise<void> {
  const target = resolve(folder);
  const exists = await isEmptyFolder(target, folder);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  // Inside a scratch folder of its own, because that one is closed to other users.
  const scratch = await mkdtemp(join(parent, `.${basename(target)}-`));
  const draft = join(scratch, 'policy');
  try {
    const { config, weights, tokenizer } = policy;
    await mkdir(draft);
    await writeFile(join(draft, 'model.onnx'), forwardGraph(config, weights));
    await writeFile(join(draft, 'prefill.onnx'), prefillGraph(config, weights));
    await writeFile(join(draft, 'decode.onnx'), decodeGraph(config, weights));
    await writeFile(join(draft, 'tokenizer.json'), json(tokenizerFile(tokenizer)));
    await writeFile(join(draft, 'config.json'), json(exportSchema.parse(describe(policy))));
    if (exists) await rmdir(target);
    await rename(draft, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** True for an empty folder, false if there is nothing; a UserError says what else stands in the way. */
async function isEmptyFolder(target: string, name: string): Promise<boolean> {
  try {
    const entries = await readdir(target);
    if (entries.length === 0) return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return false;
    if (code !== 'ENOTDIR') throw error;
    throw new UserError('export-target', `${name} is not a folder; choose another place to export to.`);
  }
  throw new UserError('export-target', `${name} is not empty; choose a new folder to export to.`);
}

function describe({ config, weights, tokenizer, meta }: ExportedPolicy): ExportConfig {
  const { vocab, dim, layers, heads, hidden, context } = config;
  const segments = SEGMENT_KINDS.map((kind) => [kind, tokenizer.segment(kind)] as const);
  return {
    format: 'troupe-policy',
    version: 1,
    model: { vocab, dim, layers, heads, hidden, context },
    weights: weightsHash(weights),
    temperature: meta.temperature,
    tokens: {
      pad: tokenizer.pad,
      end: tokenizer.end,
      say: tokenizer.say,
      unknown: tokenizer.unknown,
      segments: segmentIds.parse(Object.fromEntries(segments)),
    },
    template: {
      prompt: `for each segment (${SEGMENT_KINDS.join(', ')}): its token, then its text; then say`,
      completion: 'text, or the token call and a tool input; then end; sampled with no token masked',
    },
    files: {
      'model.onnx': 'tokens int32 [B, T], T <= context -> logits float32 [B, T, vocab]',
      'prefill.onnx':
        'tokens, previous int32 [B, P], lengths int32 [B] -> logits [B, vocab], key<l>, value<l> [B, heads, P, dim / heads]; previous = token before each, 0 before the first',
      'decode.onnx':
        'token, previous, position int32 [B], key<l>, value<l> [B, heads, W, dim / heads] with position <= W <= context -> logits [B, vocab], newKey<l>, newValue<l> [B, heads, dim / heads]',
      'tokenizer.json': 'BPE in the Hugging Face layout; encode texts with special tokens as plain text',
    },
    origin: { run: meta.run, label: meta.label },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
