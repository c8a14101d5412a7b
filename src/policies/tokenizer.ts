import { z } from 'zod';
import { sha256 } from '../core/hash.ts';
import { canonicalJson } from '../core/json.ts';
import { applyMerges, learnMerges, type Merge, pairKey, preTokens } from './bpe.ts';
import { SEGMENT_KINDS, type SegmentKind } from './prompt.ts';

/** No text encodes to these, but for `<unk>`: padding, end and start of a completion, unknown; then one per segment. */
const SPECIALS = ['<pad>', '<end>', '<say>', '<unk>'];
const PAD = 0;
const END = 1;
const SAY = 2;
const UNKNOWN = 3;

/** Printable ASCII and the line break; all other characters encode to `<unk>`. */
const CHARACTERS = ['\n', ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))];
const PAIRS = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

/** What the cache of encoded words holds at most: so many words, of so many characters. */
const KNOWN_WORDS = 20_000;
const KNOWN_LENGTH = 40;

/** The segments of version 1, which did not name them. */
const FIRST_SEGMENTS = SEGMENT_KINDS.slice(0, 8);

const merges = z.array(z.tuple([z.string(), z.string()]));
const tokenizerSchema = z.discriminatedUnion('version', [
  z.object({ version: z.literal(1), merges }),
  z.object({ version: z.literal(2), segments: z.array(z.string()), merges }),
]);
export type TokenizerJson = z.infer<typeof tokenizerSchema>;

/**
 * Text ↔ token ids. Numbers 00–99 and 0–9 are single tokens, so that a digit's place never depends on how
 * a merge fell. Printable ASCII survives a round trip; special tokens come in by name only, never from text.
 */
export class Tokenizer {
  readonly pad = PAD;
  readonly end = END;
  readonly say = SAY;
  readonly unknown = UNKNOWN;
  readonly #merges: readonly Merge[];
  readonly #segments: readonly string[];
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #tokens: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #known = new Map<string, readonly number[]>();

  private constructor(merges: readonly Merge[], segments: readonly string[]) {
    this.#merges = merges;
    this.#segments = segments;
    this.#ranks = new Map(merges.map((merge, rank) => [pairKey(merge), rank]));
    const plain = [...CHARACTERS, ...PAIRS, ...merges.map(([left, right]) => left + right)];
    this.#tokens = [...this.specials, ...new Set(plain)];
    const first = this.specials.length;
    this.#ids = new Map(this.#tokens.slice(first).map((token, index) => [token, first + index]));
  }

  /** Learns a vocabulary of at most `size` tokens from a corpus. */
  static train(corpus: Iterable<string>, size: number): Tokenizer {
    return new Tokenizer(learnMerges(corpus, size - Tokenizer.smallest), SEGMENT_KINDS);
  }

  /** The size of a vocabulary without merges. */
  static get smallest(): number {
    return SPECIALS.length + SEGMENT_KINDS.length + CHARACTERS.length + PAIRS.length;
  }

  /** Reads {@link toJSON}; throws a ZodError on anything else. */
  static fromJSON(value: unknown): Tokenizer {
    const file = tokenizerSchema.parse(value);
    return new Tokenizer(file.merges, file.version === 1 ? FIRST_SEGMENTS : file.segments);
  }

  toJSON(): TokenizerJson {
    return {
      version: 2,
      segments: [...this.#segments],
      merges: this.#merges.map(([left, right]) => [left, right]),
    };
  }

  get size(): number {
    return this.#tokens.length;
  }

  /** Names of the special tokens; they are the first ids. */
  get specials(): readonly string[] {
    return [...SPECIALS, ...this.#segments.map((kind) => `<${kind}>`)];
  }

  /** The text of each token, by id. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  get hash(): string {
    return sha256(canonicalJson(this.toJSON()));
  }

  /** The token that opens a segment of a prompt; the unknown one if this tokenizer is older than the segment. */
  segment(kind: SegmentKind): number {
    const index = this.#segments.indexOf(kind);
    return index < 0 ? UNKNOWN : SPECIALS.length + index;
  }

  /** The segment that a token opens; undefined for any other token. */
  segmentOf(id: number): SegmentKind | undefined {
    const name = this.#segments[id - SPECIALS.length];
    return SEGMENT_KINDS.find((kind) => kind === name);
  }

  encode(text: string): number[] {
    const ids: number[] = [];
    for (const word of preTokens(text)) for (const id of this.#encodeWord(word)) ids.push(id);
    return ids;
  }

  /** Special tokens appear by name, padding and end not at all. */
  decode(ids: ArrayLike<number>): string {
    let text = '';
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] ?? PAD;
      if (id !== PAD && id !== END) text += this.#tokens[id] ?? '';
    }
    return text;
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const whole = this.#ids.get(word);
    const ids =
      whole === undefined
        ? applyMerges(word, this.#ranks).map((part) => this.#ids.get(part) ?? UNKNOWN)
        : [whole];
    if (word.length <= KNOWN_LENGTH && this.#known.size < KNOWN_WORDS) this.#known.set(word, ids);
    return ids;
  }
}
