/** Which engines there are, which work here, and which one computes. Imports none of them. */
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { EngineOrder } from '../stages/context.ts';
import type { JsonObject } from '../stages/kind.ts';
import { describeNative } from './native/describe.ts';
import { describeWasm } from './wasm/describe.ts';

export const engineNames = ['native', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** Where engines are kept and what they may use. */
export interface EngineSettings {
  /** What `pipe engine install` fills; serves all projects. */
  readonly folder: string;
  readonly threads: number;
}

export interface WorkingEngine {
  readonly name: EngineName;
  readonly works: true;
  /** For people: `TensorFlow 2.20.0, 2 CPU threads`. */
  readonly label: string;
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
}

export type Engine = WorkingEngine | MissingEngine;

export interface EngineChoice extends WorkingEngine {
  /** Why this one, and what a faster one would need. */
  readonly reason: string;
}

/** Every engine, the fastest first. */
export function describeEngines(settings: EngineSettings): Engine[] {
  return [describeNative(settings), describeWasm()];
}

/** `auto` takes the first that works. Failure: `unknown-engine`, `engine-unavailable`. */
export function chooseEngine(wanted: string, settings: EngineSettings): EngineChoice {
  const engines = describeEngines(settings);
  if (wanted === 'auto') return takeFirst(engines);
  const engine = engines.find(({ name }) => name === wanted);
  if (!engine) throw unknownEngine(wanted);
  if (!engine.works)
    throw new Failure('engine-unavailable', `the engine \`${wanted}\` does not work here: ${engine.why}`, {
      fix: engine.fix,
    });
  return { ...engine, reason: engine.label };
}

function takeFirst(engines: readonly Engine[]): EngineChoice {
  const at = engines.findIndex((engine) => engine.works);
  const engine = engines[at];
  if (!engine?.works) throw new Error('wasm always works');
  const faster = engines.slice(0, at).flatMap((other) => (other.works ? [] : [other.fix]));
  const hint = faster.length > 0 ? `; faster: ${faster.join(', or ')}` : '';
  return { ...engine, reason: `${engine.label}${hint}` };
}

function unknownEngine(wanted: string): Failure {
  const names = ['auto', ...engineNames];
  const near = nearest(wanted, names);
  return new Failure('unknown-engine', `there is no engine \`${wanted}\``, {
    fix: near === undefined ? `the engines are ${names.join(', ')}` : `did you mean \`${near}\`?`,
  });
}
