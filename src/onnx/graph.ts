import { InvariantError, must } from '../core/errors.ts';
import { type Attributes, type DataType, encodeModel, type Initializer, type Shape } from './model.ts';

/** A handle on a value of a graph under construction. Operators in `ops.ts` take and return these. */
export interface Tensor {
  readonly graph: GraphBuilder;
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** An operator as it was recorded; what {@link Tensor} handles it reads and makes. */
export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  /** `undefined` stands for an optional input that is left out. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Attributes;
}

export interface NodeOptions {
  readonly attributes?: Attributes;
  readonly domain?: string;
}

/**
 * Records a computation node by node, in execution order, and emits it as a serialized ONNX model.
 * Names of values are made by counting, so that the same calls give the same bytes.
 */
export class GraphBuilder {
  readonly name: string;
  readonly nodes: GraphNode[] = [];
  readonly #inputs: Tensor[] = [];
  readonly #outputs: Tensor[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #constants = new Map<string, Tensor>();
  /** Names that values have outside, by their own. */
  readonly #exported = new Map<string, string>();
  #count = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** A graph input. Symbolic dimensions (strings) get their size from the first input that names them. */
  input(name: string, dtype: DataType, shape: Shape): Tensor {
    const tensor: Tensor = { graph: this, name, dtype, shape };
    this.#inputs.push(tensor);
    return tensor;
  }

  /** Makes `value` a graph output called `name`. */
  output(name: string, value: Tensor): void {
    const tensor: Tensor = { graph: this, name, dtype: value.dtype, shape: value.shape };
    this.#outputs.push(tensor);
    const isMade = this.nodes.some(({ outputs }) => outputs.some((made) => made.name === value.name));
    if (isMade && !this.#exported.has(value.name)) this.#exported.set(value.name, name);
    else this.nodes.push({ op: 'Identity', domain: '', inputs: [value], outputs: [tensor], attributes: {} });
  }

  /** A float32 constant (an initializer), row-major. The values are copied when the model is emitted. */
  floats(shape: readonly number[], data: Float32Array): Tensor {
    return this.#initializer('float32', shape, data.length, bytesOf(data));
  }

  int64s(shape: readonly number[], values: readonly number[]): Tensor {
    const data = BigInt64Array.from(values, (value) => BigInt(value));
    return this.#shared(`int64 [${shape.join()}] ${values.join()}`, () =>
      this.#initializer('int64', shape, data.length, bytesOf(data)),
    );
  }

  int32s(shape: readonly number[], values: readonly number[]): Tensor {
    return this.#shared(`int32 [${shape.join()}] ${values.join()}`, () =>
      this.#initializer('int32', shape, values.length, bytesOf(Int32Array.from(values))),
    );
  }

  /** A float32 constant of rank 0. */
  scalar(value: number): Tensor {
    return this.#shared(`scalar ${value}`, () => this.floats([], Float32Array.of(value)));
  }

  /** Appends an operator with one output. */
  node(
    op: string,
    inputs: readonly (Tensor | undefined)[],
    dtype: DataType,
    shape: Shape,
    options: NodeOptions = {},
  ): Tensor {
    return must(this.nodeWithOutputs(op, inputs, [{ dtype, shape }], options)[0], 'one output');
  }

  /** Appends an operator with several outputs. */
  nodeWithOutputs(
    op: string,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly { readonly dtype: DataType; readonly shape: Shape }[],
    options: NodeOptions = {},
  ): readonly Tensor[] {
    for (const input of inputs) {
      if (input && input.graph !== this) throw new InvariantError(`${op}: ${input.name} is of another graph`);
    }
    const made = outputs.map(({ dtype, shape }) => ({ graph: this, name: this.#fresh(), dtype, shape }));
    const { attributes = {}, domain = '' } = options;
    this.nodes.push({ op, domain, inputs, outputs: made, attributes });
    return made;
  }

  /** A shape as an int64 tensor `[rank]`, with symbolic dimensions read from the graph's inputs. */
  shapeTensor(shape: Shape): Tensor {
    if (shape.every((dim) => typeof dim === 'number')) return this.int64s([shape.length], shape);
    return this.#shared(`shape ${shape.join()}`, () =>
      this.node(
        'Concat',
        shape.map((dim) => this.#dimTensor(dim)),
        'int64',
        [shape.length],
        {
          attributes: { axis: 0 },
        },
      ),
    );
  }

  /** The serialized `ModelProto`. */
  build(): Uint8Array {
    const nameOf = ({ name }: Tensor): string => this.#exported.get(name) ?? name;
    return encodeModel({
      name: this.name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      nodes: this.nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map((input) => (input ? nameOf(input) : '')),
        outputs: node.outputs.map(nameOf),
      })),
    });
  }

  /** Size of one dimension as an int64 tensor `[1]`. A dimension `a*b` is the product of its factors. */
  #dimTensor(dim: number | string): Tensor {
    if (typeof dim === 'number') return this.int64s([1], [dim]);
    return this.#shared(`dim ${dim}`, () => {
      const factors = dim.split('*');
      if (factors.length > 1) {
        return factors
          .map((factor) => this.#dimTensor(/^\d+$/.test(factor) ? Number(factor) : factor))
          .reduce((a, b) => this.node('Mul', [a, b], 'int64', [1]));
      }
      const source = must(
        this.#inputs.find((input) => input.shape.includes(dim)),
        `an input with the dimension ${dim}`,
      );
      const axis = source.shape.indexOf(dim);
      return this.node('Shape', [source], 'int64', [1], { attributes: { start: axis, end: axis + 1 } });
    });
  }

  #initializer(dtype: DataType, shape: readonly number[], length: number, data: Uint8Array): Tensor {
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (size !== length) throw new InvariantError(`${length} values for the shape [${shape.join()}]`);
    const name = this.#fresh();
    this.#initializers.push({ name, dtype, shape, data });
    return { graph: this, name, dtype, shape };
  }

  #shared(key: string, make: () => Tensor): Tensor {
    const known = this.#constants.get(key);
    if (known) return known;
    const made = make();
    this.#constants.set(key, made);
    return made;
  }

  #fresh(): string {
    return `v${this.#count++}`;
  }
}

function bytesOf(view: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
