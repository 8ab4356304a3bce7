/** Which engine computes, and what a result depends on of it. Imports no engine. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { JsonObject } from '../stages/kind.ts';

export interface EngineChoice {
  readonly name: string;
  readonly identity: JsonObject;
  readonly reason: string;
}

/** `auto` takes the first engine that works. Failure: `unknown-engine`. */
export function chooseEngine(wanted: string): EngineChoice {
  if (wanted !== 'auto' && wanted !== 'wasm')
    throw new Failure('unknown-engine', `there is no engine \`${wanted}\``, {
      fix: 'the engines are auto and wasm',
    });
  return {
    name: 'wasm',
    identity: { engine: 'wasm', library: 'tfjs 4.22.0', device: 'cpu', simd: true, threads: 1 },
    reason: 'WebAssembly, one thread: it is always there',
  };
}
