/** Which engines there are, which work here, and which one computes. Imports none of them. */
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { EngineOrder } from '../stages/context.ts';
import type { JsonObject } from '../stages/kind.ts';
import { describeNative } from './native/describe.ts';
import { describeWasm } from './wasm/describe.ts';
import { describeWebgpu } from './webgpu/describe.ts';

export const engineNames = ['native', 'webgpu', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** Where engines are kept and what they may use. */
export interface EngineSettings {
  /** What `pipe engine install` fills; serves all projects. */
  readonly folder: string;
  readonly threads: number;
  /** On a GPU: float32 products from factors rounded to 19 bits (TensorFloat-32), as TensorFlow does unasked. */
  readonly tf32: boolean;
  /** On a GPU: only kernels that give the same bytes each time. */
  readonly deterministic: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Look at the devices again, whatever is remembered of them. */
  readonly fresh?: boolean;
}

export interface WorkingEngine {
  readonly name: EngineName;
  readonly works: true;
  /** For people: `TensorFlow 2.20.0, 2 CPU threads`. */
  readonly label: string;
  /** What it could not have here: why a library with CUDA computes on the CPU. */
  readonly note?: string;
  /** `auto` takes the highest; null is never taken by itself. */
  readonly rank: number | null;
  /** Can it compute `mixedBfloat16` here? */
  readonly bfloat16: boolean;
  /** What a result depends on; recorded with it. */
  readonly identity: JsonObject;
  readonly order: EngineOrder;
  /** What has to be in the environment before its process starts. */
  readonly env: { readonly [name: string]: string };
}

export interface MissingEngine {
  readonly name: EngineName;
  readonly works: false;
  readonly why: string;
  /** What would make it work. */
  readonly fix: string;
  /** Worth saying when something slower computes: null where this machine has no device for it. */
  readonly faster: string | null;
}

export type Engine = WorkingEngine | MissingEngine;

export interface EngineChoice extends Omit<WorkingEngine, 'name'> {
  readonly name: EngineName | 'none';
  /** Why this one, and what a faster one would need. */
  readonly reason: string;
}

/** How fast they are, on what they may find. */
export const ranks = { cuda: 3, gpu: 2, cpu: 1, wasm: 0 } as const;

export function describeEngines(settings: EngineSettings): Engine[] {
  return [describeNative(settings), describeWebgpu(settings), describeWasm()];
}

/** `auto` takes the fastest that works. Failure: `unknown-engine`, `engine-unavailable`. */
export function chooseEngine(wanted: string, settings: EngineSettings): EngineChoice {
  if (wanted !== 'auto' && !engineNames.some((name) => name === wanted)) throw unknownEngine(wanted);
  const engines = describeEngines(settings);
  if (wanted === 'auto') return takeFastest(engines);
  const engine = engines.find(({ name }) => name === wanted);
  if (engine?.works) return { ...engine, reason: withNote(engine) };
  throw new Failure('engine-unavailable', `the engine \`${wanted}\` does not work here: ${engine?.why}`, {
    fix: engine?.fix ?? '',
  });
}

/** Where no stage computes on one: nothing is looked for. */
export function noEngine(): EngineChoice {
  return { ...describeWasm(), name: 'none', identity: { engine: 'none' }, reason: 'no stage needs one' };
}

function takeFastest(engines: readonly Engine[]): EngineChoice {
  const [engine] = engines
    .filter((one): one is WorkingEngine => one.works && one.rank !== null)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  if (!engine) throw new Error('wasm always works');
  const faster = engines.flatMap((one) => (one.works || one.faster === null ? [] : [one.faster]));
  const hint = faster.length > 0 && engine.rank !== ranks.cuda ? `; faster: ${faster.join(', or ')}` : '';
  return { ...engine, reason: `${withNote(engine)}${hint}` };
}

const withNote = ({ label, note }: WorkingEngine): string =>
  note === undefined ? label : `${label}; ${note}`;

function unknownEngine(wanted: string): Failure {
  const names = ['auto', ...engineNames];
  const near = nearest(wanted, names);
  return new Failure('unknown-engine', `there is no engine \`${wanted}\``, {
    fix: near === undefined ? `the engines are ${names.join(', ')}` : `did you mean \`${near}\`?`,
  });
}
