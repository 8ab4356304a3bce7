/** What differs between two runs: params and metrics. */
import { flatten } from '../plan/why.ts';
import type { JsonObject } from '../stages/kind.ts';
import type { RunRecord } from './record.ts';

export interface Difference {
  readonly path: string;
  /** Undefined where the run has none. */
  readonly a: string | undefined;
  readonly b: string | undefined;
}

export interface RunDiff {
  readonly params: readonly Difference[];
  readonly metrics: readonly Difference[];
}

export function diffRuns(a: RunRecord, b: RunRecord): RunDiff {
  return {
    params: compare(
      byStage(a, (stage) => stage.params),
      byStage(b, (stage) => stage.params),
    ),
    metrics: compare(
      byStage(a, (stage) => stage.values),
      byStage(b, (stage) => stage.values),
    ),
  };
}

function byStage(
  run: RunRecord,
  pick: (stage: RunRecord['stages'][number]) => JsonObject,
): Map<string, string> {
  const given = run.stages.filter((stage) => Object.keys(pick(stage)).length > 0);
  return flatten(Object.fromEntries(given.map((stage) => [stage.name, pick(stage)])));
}

function compare(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): Difference[] {
  const paths = [...new Set([...a.keys(), ...b.keys()])];
  return paths.map((path) => ({ path, a: a.get(path), b: b.get(path) })).filter((one) => one.a !== one.b);
}
