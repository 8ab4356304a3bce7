/** Evaluations against the first subject's: whether they really differ, by class, and which examples changed. */

import type { Store } from '../../run/store.ts';
import { isMap } from '../../stages/json.ts';
import { type Comparison, compareSides, type Scored, type Side, sameExamples } from '../compare.ts';
import { examplesOf, readPredictions, tops } from '../predictions.ts';
import { mean, rounding } from '../statistics.ts';
import { pathsOf, readPort, resultOf, type Subject, type SubjectStage } from '../subject.ts';
import { judge, type MetricDifference } from './contents.ts';

export interface EvaluationDiff {
  readonly stage: string;
  readonly comparisons: readonly Comparison[];
  /** F1 of the classes whose F1 differs; the furthest apart first. */
  readonly perClass: readonly MetricDifference[];
  /** Each subject against the first, where both predicted the same examples once. */
  readonly changes: readonly Changes[];
}

export interface Changes {
  readonly first: string;
  readonly second: string;
  readonly toRight: readonly Changed[];
  readonly toWrong: readonly Changed[];
}

export interface Changed {
  /** The example's row in the dataset. */
  readonly row: number;
  readonly class: string;
  readonly before: string;
  readonly after: string;
}

interface Evaluated {
  readonly score: Scored;
  readonly f1: ReadonlyMap<string, number>;
  readonly predicted: null | {
    readonly rows: ArrayLike<number>;
    readonly labels: ArrayLike<number>;
    readonly tops: readonly number[];
    readonly classes: readonly string[];
  };
}

export async function diffEvaluations(subjects: readonly Subject[], store: Store): Promise<EvaluationDiff[]> {
  const names = [...new Set(subjects.flatMap((subject) => evaluations(subject).map((stage) => stage.name)))];
  const made = await Promise.all(names.map((name) => diffEvaluation(name, subjects, store)));
  return made.flatMap((one) => one ?? []);
}

const evaluations = (subject: Subject): SubjectStage[] =>
  subject.stages.filter((stage) => stage.kind === 'evaluate');

async function diffEvaluation(
  name: string,
  subjects: readonly Subject[],
  store: Store,
): Promise<EvaluationDiff | null> {
  const sides = await Promise.all(
    subjects.map(async (subject) => {
      const own = evaluations(subject).filter((stage) => stage.name === name);
      const evaluated = await Promise.all(own.map((stage) => evaluate(stage, store)));
      return { label: subject.label, evaluated: evaluated.flatMap((one) => one ?? []) };
    }),
  );
  const present = sides.filter((side) => side.evaluated.length > 0);
  if (present.length < 2) return null;
  const compared = compareSides(
    present.map(({ label, evaluated }): Side => ({ label, scores: evaluated.map((one) => one.score) })),
  );
  const [first, ...others] = present;
  return {
    stage: name,
    comparisons: compared,
    perClass: perClass(sides.map((side) => side.evaluated)),
    changes: others.flatMap((other) => changesBetween(first, other) ?? []),
  };
}

async function evaluate(stage: SubjectStage, store: Store): Promise<Evaluated | null> {
  const { accuracy } = stage.values;
  if (typeof accuracy !== 'number') return null;
  const result = await resultOf(stage, store);
  const metrics = await readPort(result, 'metrics', 'metrics.json', store);
  const classes = Array.isArray(metrics?.classes) ? metrics.classes.map(String) : [];
  const scores = Array.isArray(metrics?.perClass) ? metrics.perClass.filter(isMap) : [];
  const files = result?.ports.predictions?.files;
  const predictions = files
    ? await readPredictions({ files: pathsOf(files, store) }).catch(() => null)
    : null;
  const made = predictions ? tops(predictions) : [];
  const digest = typeof metrics?.examples === 'string' ? metrics.examples : undefined;
  return {
    score: {
      seed: stage.repetition ?? String(stage.seed),
      accuracy,
      rows: typeof metrics?.rows === 'number' ? metrics.rows : null,
      predictions: predictions
        ? { examples: examplesOf(predictions, digest), right: made.map((one) => one.right) }
        : null,
    },
    f1: new Map(scores.map((one) => [String(one.class), Number(one.f1)])),
    predicted: predictions
      ? { rows: predictions.rows, labels: predictions.labels, tops: made.map((one) => one.top), classes }
      : null,
  };
}

/** Means over repetitions. */
function perClass(sides: readonly (readonly Evaluated[])[]): MetricDifference[] {
  const classes = [...new Set(sides.flatMap((side) => side.flatMap(({ f1 }) => [...f1.keys()])))];
  const meanIn = (side: readonly Evaluated[], name: string): number | null => {
    const known = side.flatMap(({ f1 }) => f1.get(name) ?? []);
    return known.length > 0 ? mean(known) : null;
  };
  const rows = classes.map((name) =>
    judge(
      `${name}.f1`,
      sides.map((side) => meanIn(side, name)),
    ),
  );
  const spread = ({ values }: MetricDifference): number => {
    const known = values.flatMap((value) => value ?? []);
    return Math.max(...known) - Math.min(...known);
  };
  // The same F1 may come of other counts, and differ by a rounding.
  return rows.filter((row) => spread(row) > rounding).sort((a, b) => spread(b) - spread(a));
}

interface Present {
  readonly label: string;
  readonly evaluated: readonly Evaluated[];
}

function changesBetween(first: Present | undefined, second: Present): Changes | null {
  const [a, b] = [first?.evaluated[0], second.evaluated[0]];
  if (!first || !a?.predicted || !b?.predicted || first.evaluated.length > 1 || second.evaluated.length > 1)
    return null;
  const scored = [a.score.predictions, b.score.predictions] as const;
  if (!scored[0] || !scored[1] || !sameExamples(scored[0], scored[1])) return null;
  const { rows, labels, classes } = a.predicted;
  const named = (label: number | undefined): string => classes[label ?? -1] ?? String(label);
  const changed = Array.from(labels, (label, i) => ({
    label,
    row: rows[i] ?? i,
    before: a.predicted?.tops[i],
    after: b.predicted?.tops[i],
  }))
    .filter(({ label, before, after }) => (before === label) !== (after === label))
    .map(({ label, row, before, after }) => ({
      row,
      class: named(label),
      before: named(before),
      after: named(after),
    }));
  return {
    first: first.label,
    second: second.label,
    toRight: changed.filter((one) => one.after === one.class),
    toWrong: changed.filter((one) => one.before === one.class),
  };
}
