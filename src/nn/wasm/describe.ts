import type { WorkingEngine } from '../engines.ts';

export function describeWasm(): WorkingEngine {
  return {
    name: 'wasm',
    works: true,
    label: 'WebAssembly, one thread',
    rank: 0,
    bfloat16: false,
    identity: { engine: 'wasm', library: 'tfjs 4.22.0', device: 'cpu', simd: true, threads: 1 },
    order: { name: 'wasm', files: {} },
    env: {},
  };
}
