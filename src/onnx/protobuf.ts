/**
 * The part of the protocol-buffers wire format that ONNX models need: varints, fixed 32-bit floats and
 * length-delimited fields. Source: https://protobuf.dev/programming-guides/encoding/
 */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  /** An integer field (wire type 0). Negative values take ten bytes, as int64 does. */
  int(field: number, value: number | bigint): this {
    this.#parts.push(varint(field << 3), varint(value));
    return this;
  }

  /** A 32-bit float field (wire type 5). */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(varint((field << 3) | 5), bytes);
    return this;
  }

  /** A length-delimited field (wire type 2). The bytes are not copied before {@link finish}. */
  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint((field << 3) | 2), varint(value.byteLength), value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The message so far, as one array. */
  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Base-128 digits, least significant first; two's complement of 64 bits for negative values. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
