/** What a run leaves behind, also when it fails, is interrupted or dies. */
import type { Change } from '../plan/changes.ts';
import type { StageOutcomeName } from '../run/events.ts';
import type { JsonObject } from '../stages/kind.ts';

export interface RunRecord {
  readonly version: 1;
  /** Sorts by time: 20261124-093015-ab12. */
  readonly id: string;
  /** What `--name` called it. */
  readonly name: string | null;
  readonly pipeline: string;
  /** From the project's root. */
  readonly file: string;
  readonly profile: string | null;
  readonly sets: readonly string[];
  /** What `--until` asked for; without it, the whole file. */
  readonly until?: readonly string[];
  /** What `--engine` or PIPE_ENGINE asked for; without it, what the file says. */
  readonly engineAsked?: string;
  /** The file's, as it was. */
  readonly text: string;
  /** The texts of the files that it builds on (`extends`), by path from the project's root. */
  readonly bases?: { readonly [file: string]: string };
  readonly seed: number;
  /** `running` stays where the process died before it could tell. */
  readonly outcome: 'done' | 'failed' | 'interrupted' | 'running';
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  /** What the engine was asked for, and what stages were computed on. */
  readonly engine: JsonObject;
  readonly machine: Machine;
  readonly versions: { readonly [name: string]: string };
  /** Null outside a repository, or where there is no git. */
  readonly git: Git | null;
  /** The most memory that this process held, in bytes; its stages' processes have their own. */
  readonly peakMemory: number | null;
  readonly process: { readonly pid: number; readonly host: string } | null;
  readonly stages: readonly StageRecord[];
}

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cpus: number;
  /** In bytes. */
  readonly memory: number;
}

export interface Git {
  readonly commit: string;
  /** Were there changes to tracked files that no commit holds? */
  readonly dirty: boolean;
}

export interface StageRecord {
  readonly name: string;
  readonly kind: string;
  /** The label of each axis of a matrix. */
  readonly cell: { readonly [axis: string]: string };
  readonly seed: number;
  readonly outcome: StageOutcomeName;
  readonly reason: string;
  readonly seconds: number;
  /** Of a training: the shares of its time in the engine, waiting for data, and between steps. */
  readonly timing?: { readonly [part: string]: number };
  readonly fingerprint: string | null;
  readonly params: JsonObject;
  /** Where a param was written: `pipelines/a.yaml:14:23`. */
  readonly places: { readonly [param: string]: string };
  readonly from: readonly string[];
  readonly values: { readonly [value: string]: number | string | boolean };
  readonly summary: string;
  /** What it was computed on; null where no engine was used. */
  readonly engine: JsonObject | null;
  /** By port, the digest of its content. */
  readonly ports: { readonly [port: string]: string };
  /** The most memory that its process held, in bytes; null where it was not measured. */
  readonly peakMemory: number | null;
  /** Why it failed. */
  readonly error: string | null;
  /** What differs from the run before of the same file and profile. */
  readonly changes?: readonly Change[];
  /** The epoch that a training went on from. */
  readonly continuedFrom?: number | null;
}

/** What a person types to run the same again. */
export function commandOf({ file, profile, sets, until = [], engineAsked }: Called): string {
  const own = profile === null ? [] : ['--profile', profile];
  const several = (flag: string, values: readonly string[]): readonly string[] =>
    values.length === 0 ? [] : [flag, ...values];
  const engine = engineAsked === undefined ? [] : ['--engine', engineAsked];
  const words = [
    ...['pipe', 'run', file],
    ...[...own, ...engine, ...several('--set', sets), ...several('--until', until)],
  ];
  return words.map(shellWord).join(' ');
}

type Called = Pick<RunRecord, 'file' | 'profile' | 'sets' | 'until' | 'engineAsked'>;

/** In quotes where a POSIX shell would take it for more or for something else. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What `pipe runs` shows of a record, kept apart so that a thousand are read at once. */
export interface RunHead {
  readonly id: string;
  readonly name: string | null;
  readonly pipeline: string;
  readonly profile: string | null;
  readonly outcome: RunRecord['outcome'];
  readonly started: string;
  readonly seconds: number;
  readonly ran: number;
  readonly cached: number;
  readonly failed: number;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly process: RunRecord['process'];
  /** Of evaluations on rows that served for something else, too: `evaluate` → `test rows used as validation`. */
  readonly splits: { readonly [stage: string]: string };
  /** `evaluate.accuracy` → 0.82, `tune.best.optimizer` → adam. */
  readonly values: { readonly [value: string]: number | string };
  /** Of the stages that have values: `evaluate` → `evaluate`. */
  readonly kinds: { readonly [stage: string]: string };
}

/** Raised when a head's form changes: older ones are made again. */
export const headVersion = 3;

export function headOf(value: unknown): RunHead | null {
  const record = readRecord(value);
  if (!record) return null;
  const { id, name, pipeline, profile, outcome, started, seconds, git, process } = record;
  const times = (which: StageOutcomeName): number =>
    record.stages.filter((stage) => stage.outcome === which).length;
  const splits = record.stages.flatMap(({ name, values }): [string, string][] =>
    typeof values.split === 'string' ? [[name, values.split]] : [],
  );
  const values = record.stages.flatMap((stage) =>
    Object.entries(stage.values).map(([name, value]): [string, number | string] => [
      `${stage.name}.${name}`,
      typeof value === 'boolean' ? String(value) : value,
    ]),
  );
  const kinds = record.stages.flatMap(({ name, kind, values }): [string, string][] =>
    Object.keys(values).length > 0 ? [[name, kind]] : [],
  );
  return {
    ...{ id, name, pipeline, profile, outcome, started, seconds, process },
    ...{ ran: times('ran'), cached: times('cached'), failed: times('failed') },
    ...{ commit: git?.commit ?? null, dirty: git?.dirty ?? false },
    splits: Object.fromEntries(splits),
    values: Object.fromEntries(values),
    kinds: Object.fromEntries(kinds),
  };
}

/** The record in a parsed file, or null for what is none or is of another version. */
export function readRecord(value: unknown): RunRecord | null {
  return isRecord(value) ? value : null;
}

/** Records are written by this program alone, whole or not at all: version and shape of the frame tell all that can differ. */
function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const frame = new Map(Object.entries(value));
  return (
    frame.get('version') === 1 &&
    typeof frame.get('id') === 'string' &&
    typeof frame.get('pipeline') === 'string' &&
    frame.has('git') &&
    Array.isArray(frame.get('stages'))
  );
}
