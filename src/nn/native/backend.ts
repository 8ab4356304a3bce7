/** TensorFlow's operations by name, on the handles behind TensorFlow.js' tensors. The addon runs any that the library has. */
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { inputOf } from '../ops/attrs.ts';

/** TF_DataType of tensorflow/c/tf_datatype.h. */
export const dtypes = { float: 1, int32: 3, bool: 10, bfloat16: 14, uint64: 23 } as const;

export interface Attr {
  readonly name: string;
  /** TF_AttrType of tensorflow/c/tf_attrtype.h. */
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

export interface Handle {
  readonly id: number;
  readonly dtype: number;
  readonly shape: number[];
}

/** What of the addon and of tfjs-node's backend is used here. */
export interface NativeBackend {
  readonly binding: {
    executeOp(name: string, attrs: readonly Attr[], inputs: readonly number[], outputs: number): Handle[];
    createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number;
    deleteTensor(id: number): void;
  };
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: object): Entry; set(dataId: object, entry: Entry): void };
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
}

interface Entry {
  id: number;
  dtype: number;
  shape: number[];
  values: ArrayBufferView | null;
  refCount: number;
}

export function isNative(backend: unknown): backend is NativeBackend {
  return typeof backend === 'object' && backend !== null && 'binding' in backend && 'tensorMap' in backend;
}

export function nativeOf(backend: unknown): NativeBackend {
  if (!isNative(backend)) throw new Error('this kernel runs on the native backend only');
  return backend;
}

export const text = (name: string, value: string): Attr => ({ name, type: 0, value });
export const int = (name: string, value: number | readonly number[]): Attr => ({ name, type: 1, value });
export const float = (name: string, value: number): Attr => ({ name, type: 2, value });
export const flag = (name: string, value: boolean): Attr => ({ name, type: 3, value });
export const type = (name: string, value: number): Attr => ({ name, type: 4, value });
export const shape = (name: string, value: readonly number[]): Attr => ({ name, type: 5, value });

/** Runs operations; whatever handle is not made an output is freed in the end. */
export class Session {
  readonly backend: NativeBackend;
  readonly #made = new Set<number>();
  constructor(backend: NativeBackend) {
    this.backend = backend;
  }

  /** The handle behind a tensor; it stays the tensor's. */
  handle(tensor: TensorInfo): Handle {
    const [id = -1] = this.backend.getInputTensorIds([tensor]);
    return { id, dtype: this.backend.tensorMap.get(tensor.dataId).dtype, shape: tensor.shape };
  }

  runAll(name: string, inputs: readonly Handle[], attrs: readonly Attr[], outputs: number): Handle[] {
    const ids = inputs.map((input) => input.id);
    const made = this.backend.binding.executeOp(name, attrs, ids, outputs);
    for (const { id } of made) this.#made.add(id);
    return made;
  }

  run(name: string, inputs: readonly Handle[], attrs: readonly Attr[]): Handle {
    const [only] = this.runAll(name, inputs, attrs, 1);
    if (!only) throw new Error(`${name} made nothing`);
    return only;
  }

  constant(values: Int32Array | Float32Array, of: readonly number[] = [values.length]): Handle {
    const dtype = values instanceof Int32Array ? dtypes.int32 : dtypes.float;
    const id = this.backend.binding.createTensor(of, dtype, values);
    this.#made.add(id);
    return { id, dtype, shape: [...of] };
  }

  scalar(value: number): Handle {
    return this.constant(Float32Array.of(value), []);
  }

  cast(handle: Handle, to: number): Handle {
    if (handle.dtype === to) return handle;
    return this.run(
      'Cast',
      [handle],
      [type('SrcT', handle.dtype), type('DstT', to), flag('Truncate', false)],
    );
  }

  reshape(handle: Handle, to: readonly number[]): Handle {
    const attrs = [type('T', handle.dtype), type('Tshape', dtypes.int32)];
    return this.run('Reshape', [handle, this.constant(Int32Array.from(to))], attrs);
  }

  /** A handle that nobody frees before the program does, such as a variable's. */
  keep(handle: Handle): Handle {
    this.#made.delete(handle.id);
    return handle;
  }

  /** Hands a made handle over to TensorFlow.js, which frees it with the tensor. */
  output(handle: Handle): TensorInfo {
    // An operation may hand back its input; a tensor needs a handle of its own.
    const own = this.#made.has(handle.id)
      ? handle
      : this.run('Identity', [handle], [type('T', handle.dtype)]);
    this.#made.delete(own.id);
    const dataId = {};
    const entry = { id: own.id, dtype: own.dtype, shape: own.shape, values: null, refCount: 1 };
    this.backend.tensorMap.set(dataId, entry);
    return { dataId, shape: own.shape, dtype: 'float32' };
  }

  end(): void {
    for (const id of this.#made) this.backend.binding.deleteTensor(id);
    this.#made.clear();
  }
}

export type NativeKernel = (
  session: Session,
  input: (name: string) => Handle,
  attrs: NamedAttrMap | undefined,
  inputs: NamedTensorInfoMap,
) => Handle | readonly Handle[];

export function nativeKernel(compute: NativeKernel): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const session = new Session(nativeOf(backend));
    try {
      const made = compute(session, (name) => session.handle(inputOf(inputs, name)), attrs, inputs);
      return isHandle(made) ? session.output(made) : made.map((handle) => session.output(handle));
    } finally {
      session.end();
    }
  };
}

const isHandle = (made: Handle | readonly Handle[]): made is Handle => 'id' in made;

/**
 * Does the library have oneDNN's operations under their own names, and do they take this type on this processor? They do
 * at once what else takes several passes.
 */
export function hasOneDnn(backend: NativeBackend, dtype: number = dtypes.float): boolean {
  return canRun(backend, (session) => {
    const x = session.cast(session.constant(new Float32Array(4), [1, 2, 2, 1]), dtype);
    const filter = session.cast(session.constant(new Float32Array(1), [1, 1, 1, 1]), dtype);
    const bias = session.cast(session.constant(new Float32Array(1)), dtype);
    const attrs = [type('T', dtype), int('strides', [1, 1, 1, 1]), text('padding', 'SAME'), oneDnn];
    session.runAll('_MklNativeConv2DWithBias', [x, filter, bias], attrs, 1);
  });
}

/** Tries operations of oneDNN's, which are the CPU's. */
export function canRun(backend: NativeBackend, attempt: (session: Session) => void): boolean {
  if (backend.isUsingGpuDevice) return false;
  const session = new Session(backend);
  try {
    attempt(session);
    return true;
  } catch {
    return false;
  } finally {
    session.end();
  }
}

/** The label that oneDNN's kernels are registered under (mkl_op_registry::kMklNameChangeOpLabel). */
export const oneDnn = text('_kernel', 'MklNameChangeOp');
