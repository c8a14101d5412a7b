/**
 * Typed arrays as base64 text inside JSON events: exact, canonical, and four times smaller than decimal
 * digits. Little-endian, as every platform that Node runs on.
 */
export function encodeFloats(values: ArrayLike<number>): string {
  return toBase64(Float32Array.from(values));
}

export function decodeFloats(text: string): Float32Array {
  return new Float32Array(fromBase64(text));
}

/** Token ids and other small counts, 0 … 65,535. */
export function encodeIds(values: ArrayLike<number>): string {
  return toBase64(Uint16Array.from(values));
}

export function decodeIds(text: string): Uint16Array {
  return new Uint16Array(fromBase64(text));
}

function toBase64(view: Float32Array | Uint16Array): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
}

function fromBase64(text: string): ArrayBuffer {
  const bytes = Buffer.from(text, 'base64');
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
