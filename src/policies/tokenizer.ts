import { z } from 'zod';
import { sha256 } from '../core/hash.ts';
import { canonicalJson } from '../core/json.ts';
import { applyMerges, learnMerges, type Merge, pairKey, preTokens } from './bpe.ts';
import { SEGMENT_KINDS, type SegmentKind } from './prompt.ts';

/** No text encodes to these, but for `<unk>`: padding, end and start of a completion, unknown, one per segment. */
const SPECIALS = ['<pad>', '<end>', '<say>', '<unk>', ...SEGMENT_KINDS.map((kind) => `<${kind}>`)];
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

const tokenizerSchema = z.object({
  version: z.literal(1),
  merges: z.array(z.tuple([z.string(), z.string()])),
});
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
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #tokens: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #known = new Map<string, readonly number[]>();

  private constructor(merges: readonly Merge[]) {
    this.#merges = merges;
    this.#ranks = new Map(merges.map((merge, rank) => [pairKey(merge), rank]));
    const plain = [...CHARACTERS, ...PAIRS, ...merges.map(([left, right]) => left + right)];
    this.#tokens = [...SPECIALS, ...new Set(plain)];
    this.#ids = new Map(
      this.#tokens.map((token, id) => [token, id]).slice(SPECIALS.length) as [string, number][],
    );
  }

  /** Learns a vocabulary of at most `size` tokens from a corpus. */
  static train(corpus: Iterable<string>, size: number): Tokenizer {
    return new Tokenizer(learnMerges(corpus, size - SPECIALS.length - CHARACTERS.length - PAIRS.length));
  }

  /** Reads {@link toJSON}; throws a ZodError on anything else. */
  static fromJSON(value: unknown): Tokenizer {
    return new Tokenizer(tokenizerSchema.parse(value).merges);
  }

  toJSON(): TokenizerJson {
    return { version: 1, merges: this.#merges.map(([left, right]) => [left, right]) };
  }

  get size(): number {
    return this.#tokens.length;
  }

  /** Names of the special tokens; they are the first ids. */
  get specials(): readonly string[] {
    return SPECIALS;
  }

  /** The text of each token, by id. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  get hash(): string {
    return sha256(canonicalJson(this.toJSON()));
  }

  /** The token that opens a segment of a prompt. */
  segment(kind: SegmentKind): number {
    return SPECIALS.indexOf(`<${kind}>`);
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
