/** Everything that differs between runs, cells of a run, or pipeline files; and nothing that does not. */
import { Failure } from '../../diagnostics/diagnostic.ts';
import type { Store } from '../../run/store.ts';
import { asObject } from '../../stages/json.ts';
import { mean, rounding } from '../statistics.ts';
import type { Subject } from '../subject.ts';
import {
  type Cost,
  type Curve,
  diffCost,
  diffCurves,
  diffFacts,
  diffMetrics,
  directionOf,
  type MetricDifference,
} from './contents.ts';
import { diffEvaluations, type EvaluationDiff } from './predictions.ts';
import { type Difference, diffEngines, diffGraph, diffParams, diffSeeds } from './settings.ts';

export interface Diff {
  readonly version: 1;
  readonly subjects: readonly string[];
  readonly params: readonly Difference[];
  readonly seeds: readonly Difference[];
  readonly graph: readonly Difference[];
  readonly data: readonly Difference[];
  readonly model: readonly Difference[];
  readonly metrics: readonly MetricDifference[];
  readonly evaluations: readonly EvaluationDiff[];
  readonly curves: readonly Curve[];
  readonly cost: readonly Cost[];
  /** Stages that were computed on different engines: their results may differ for that alone. */
  readonly engines: readonly Difference[];
}

/** Two subjects at least; the first is what the others are compared with. */
export async function diffSubjects(subjects: readonly Subject[], store: Store): Promise<Diff> {
  return {
    version: 1,
    subjects: subjects.map((subject) => subject.label),
    params: diffParams(subjects),
    seeds: diffSeeds(subjects),
    graph: diffGraph(subjects),
    data: await diffFacts(subjects, ['download', 'normalize'], store),
    model: await diffFacts(subjects, ['build'], store),
    metrics: diffMetrics(subjects),
    evaluations: await diffEvaluations(subjects, store),
    curves: await diffCurves(subjects, store),
    cost: await diffCost(subjects, store),
    engines: diffEngines(subjects),
  };
}

export interface Drop {
  readonly metric: string;
  readonly allowed: number;
  readonly before: number | null;
  readonly after: number | null;
  /** Is the metric more than `allowed` worse, or missing? */
  readonly exceeded: boolean;
}

/**
 * `--max-drop evaluate.accuracy=0.005`: how much worse the last subject may be than the first. Failure: `invalid-limit` where
 * nothing says which way is worse.
 */
export function checkDrops(
  subjects: readonly Subject[],
  limits: readonly { readonly metric: string; readonly allowed: number }[],
): Drop[] {
  const valueIn = (subject: Subject | undefined, metric: string): number | null => {
    const values = subject?.stages.flatMap((stage) =>
      Object.entries(stage.values).flatMap(([value, number]) =>
        [stage.name, stage.fullName].some((name) => `${name}.${value}` === metric) &&
        typeof number === 'number'
          ? [number]
          : [],
      ),
    );
    return values && values.length > 0 ? mean(values) : null;
  };
  return limits.map(({ metric, allowed }) => {
    const direction = directionIn(subjects, metric);
    const [before, after] = [valueIn(subjects[0], metric), valueIn(subjects.at(-1), metric)];
    const worse =
      before === null || after === null ? Number.NaN : direction === -1 ? after - before : before - after;
    // What can't be compared is no proof that nothing was lost.
    return { metric, allowed, before, after, exceeded: !(worse <= allowed + rounding) };
  });
}

/** Of what a search came to, its objective says it. */
function directionIn(subjects: readonly Subject[], metric: string): 1 | -1 {
  const search = subjects
    .flatMap(({ stages }) => stages)
    .find(
      ({ kind, name, fullName }) =>
        kind === 'tune' && [name, fullName].some((one) => metric === `${one}.best.objective`),
    );
  const direction = search ? ('minimize' in asObject(search.params.objective) ? -1 : 1) : directionOf(metric);
  if (direction !== 0) return direction;
  throw new Failure('invalid-limit', `nothing says whether more or less of \`${metric}\` is worse`, {
    fix: 'name an accuracy, a loss, or the `best.objective` of a search',
  });
}
