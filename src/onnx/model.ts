import { MessageWriter } from './protobuf.ts';

/** Element types that Troupe's graphs use, with their codes in ONNX's `TensorProto.DataType`. */
export const DATA_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** One dimension: a size known now, or the name of a size known at run time. */
export type Dim = number | string;
export type Shape = readonly Dim[];

type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}
export interface Initializer extends ValueInfo {
  readonly shape: readonly number[];
  /** Little-endian elements in row-major order. */
  readonly data: Uint8Array;
}
interface NodeRecord {
  readonly op: string;
  /** '' for ONNX's own operators, `com.microsoft` for ONNX Runtime's additions. */
  readonly domain: string;
  /** An empty name stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}
export interface GraphRecord {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  readonly nodes: readonly NodeRecord[];
}

const IR_VERSION = 9;
const OPSET = 18;

/**
 * Serializes a graph as an ONNX `ModelProto` (opset 18, IR 9). Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function encodeModel(graph: GraphRecord): Uint8Array {
  const encoded = new MessageWriter();
  for (const node of graph.nodes) encoded.message(1, encodeNode(node));
  encoded.string(2, graph.name);
  for (const initializer of graph.initializers) encoded.message(5, encodeInitializer(initializer));
  for (const input of graph.inputs) encoded.message(11, encodeValueInfo(input));
  for (const output of graph.outputs) encoded.message(12, encodeValueInfo(output));
  return new MessageWriter()
    .int(1, IR_VERSION)
    .string(2, 'troupe')
    .message(7, encoded)
    .message(8, new MessageWriter().string(1, '').int(2, OPSET))
    .message(8, new MessageWriter().string(1, 'com.microsoft').int(2, 1))
    .finish();
}

function encodeNode(node: NodeRecord): MessageWriter {
  const out = new MessageWriter();
  for (const name of node.inputs) out.string(1, name);
  for (const name of node.outputs) out.string(2, name);
  out.string(3, `${node.op}:${node.outputs[0] ?? ''}`).string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) out.message(5, encodeAttribute(name, value));
  return out.string(7, node.domain);
}

/** Plain numbers are integer attributes; floats are written as `{ float: x }`. */
function encodeAttribute(name: string, value: Attribute): MessageWriter {
  const out = new MessageWriter().string(1, name);
  if (typeof value === 'number') return out.int(3, value).int(20, 2);
  if (typeof value === 'string') return out.string(4, value).int(20, 3);
  if ('float' in value) return out.float(2, value.float).int(20, 1);
  for (const item of value) out.int(8, item);
  return out.int(20, 7);
}

function encodeInitializer(initializer: Initializer): MessageWriter {
  const out = new MessageWriter();
  for (const dim of initializer.shape) out.int(1, dim);
  return out.int(2, DATA_TYPES[initializer.dtype]).string(8, initializer.name).bytes(9, initializer.data);
}

function encodeValueInfo(value: ValueInfo): MessageWriter {
  const shape = new MessageWriter();
  for (const dim of value.shape) {
    const encoded = new MessageWriter();
    if (typeof dim === 'number') encoded.int(1, dim);
    else encoded.string(2, dim);
    shape.message(1, encoded);
  }
  const tensor = new MessageWriter().int(1, DATA_TYPES[value.dtype]).message(2, shape);
  return new MessageWriter().string(1, value.name).message(2, new MessageWriter().message(1, tensor));
}
