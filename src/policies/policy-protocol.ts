import type { Decoded, DecodeRequest } from './decoder.ts';
import type { TransformerConfig } from './parameters.ts';

/** What a sampling thread is started with. */
export interface SamplerSetup {
  readonly config: TransformerConfig;
  readonly seed: number;
  /** Id of the token that ends a completion. */
  readonly end: number;
  readonly slots: number;
  /** Threads within an operator of ONNX Runtime; 1 if left out, and wherever bits are to be the same. */
  readonly threads?: number | undefined;
}

export type SamplerMessage =
  | { readonly kind: 'load'; readonly model: string; readonly weights: Float32Array }
  | {
      readonly kind: 'calls';
      readonly calls: readonly {
        readonly id: number;
        readonly model: string;
        readonly request: DecodeRequest;
      }[];
    }
  /** Ends the thread after the decode step in progress: a thread must not be ended inside ONNX Runtime. */
  | { readonly kind: 'close' };

export type SamplerReply =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'done'; readonly results: readonly { readonly id: number; readonly result: Decoded }[] }
  | { readonly kind: 'failed'; readonly message: string };
