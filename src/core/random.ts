/**
 * Counter-based random streams (law 3). A stream is named by a seed and a path that says what the draws
 * are for and where they are made, and every draw is a pure function of (stream, index): order of
 * completion, concurrency, batching and forks cannot shift anybody else's draws.
 *
 * The generator is Philox-2x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
 * keyed by two 32-bit FNV-1a hashes of the name.
 */
export class RandomStream {
  readonly #key: number;
  readonly #high: number;
  #next = 0;

  constructor(seed: number, ...path: readonly (string | number)[]) {
    const name = `${seed}/${path.join('/')}`;
    this.#key = fnv1a(name, 0x811c9dc5);
    this.#high = fnv1a(name, 0x9747b28c);
  }

  /** The draw at `index`, uniform in [0, 1) with 53 bits; does not move the stream. */
  at(index: number): number {
    const [a, b] = philox(index >>> 0, this.#high, this.#key);
    return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
  }

  /** The next draw, uniform in [0, 1). */
  uniform(): number {
    return this.at(this.#next++);
  }

  /** The next integer, uniform in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** One element of a non-empty list. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('cannot pick from an empty list');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** A new list with the items in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }

  /** A standard normal draw (Box–Muller; two uniforms each). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const MULTIPLIER = 0xd256d193;
const WEYL = 0x9e3779b9;

function philox(low: number, high: number, key: number): [number, number] {
  let a = low;
  let b = high;
  let k = key;
  for (let round = 0; round < 10; round++) {
    const productLow = Math.imul(a, MULTIPLIER) >>> 0;
    const productHigh = multiplyHigh(a, MULTIPLIER);
    a = (productHigh ^ k ^ b) >>> 0;
    b = productLow;
    k = (k + WEYL) >>> 0;
  }
  return [a, b];
}

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(x: number, y: number): number {
  const x0 = x & 0xffff;
  const x1 = x >>> 16;
  const y0 = y & 0xffff;
  const y1 = y >>> 16;
  const low = x0 * y0;
  const middle = x1 * y0 + (low >>> 16);
  const carry = x0 * y1 + (middle & 0xffff);
  return (x1 * y1 + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}
