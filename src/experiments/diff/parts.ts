/** A diff as titled parts of sentences and tables: the terminal, Markdown and HTML only set them differently. */
import { withoutQuotes } from '../../stages/json.ts';
import { sayComparisons } from '../compare.ts';
import { mean } from '../statistics.ts';
import { type Cost, isDigest, type MetricDifference, type Training } from './contents.ts';
import type { Diff } from './diff.ts';
import type { Changed, Changes, EvaluationDiff } from './predictions.ts';
import type { Difference } from './settings.ts';

export interface Part {
  readonly title: string;
  /** What it is about, for those who draw it: `curves`, `real`, `f1 evaluate` …. */
  readonly topic: string;
  readonly sentences: readonly string[];
  readonly tables: readonly {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
}

/** Only parts in which something differs. */
export function partsOf(diff: Diff): Part[] {
  const made = [
    differences('params', diff.params, diff),
    differences('seeds', diff.seeds, diff),
    differences('graph', diff.graph, diff),
    differences('data', unexplained(diff.data, diff), diff),
    differences('model', unexplained(diff.model, diff), diff),
    metrics(diff),
    real(diff),
    ...diff.evaluations.flatMap((one) => [perClass(one, diff), predictions(one)]),
    curves(diff),
    cost(diff),
    engines(diff),
  ];
  const parts = made.flatMap((part) => part ?? []);
  // Whether a difference is real is no question where there is none.
  return parts.every(({ topic }) => topic === 'real') ? [] : parts;
}

const most = 12;

interface Row {
  readonly path: string;
  readonly cells: readonly string[];
  /** With two subjects alone. */
  readonly more?: readonly string[];
}

/** With two subjects a row is what differs; with more a row is a subject, in several tables where one would be too wide. */
function tables(
  subjects: readonly string[],
  rows: readonly Row[],
  more: readonly string[] = [],
): Part['tables'] {
  if (subjects.length === 2)
    return [
      {
        head: ['', ...subjects, ...more],
        rows: rows.map((row) => [row.path, ...row.cells, ...(row.more ?? [])]),
      },
    ];
  const widest = Math.max(...subjects.map((subject) => subject.length));
  return grouped(rows, tableWidth - widest).map((group) => ({
    head: ['run', ...group.map((row) => row.path)],
    rows: subjects.map((subject, i) => [subject, ...group.map((row) => row.cells[i] ?? '')]),
  }));
}

/** In characters. */
const tableWidth = 100;

/** One after the other, as many as fit side by side. */
function grouped(rows: readonly Row[], width: number): Row[][] {
  const groups: Row[][] = [];
  let left = 0;
  for (const row of rows) {
    const own = Math.max(row.path.length, ...row.cells.map((cell) => cell.length)) + 2;
    const last = groups.at(-1);
    if (last && own <= left) last.push(row);
    else groups.push([row]);
    left = (last && own <= left ? left : width) - own;
  }
  return groups;
}

/** Without the digests of content where something readable of the same stage differs, too. */
function unexplained(found: readonly Difference[], { params, seeds }: Diff): Difference[] {
  const readable = [...params, ...seeds, ...found.filter((one) => !isDigest(one))].map(({ path }) => path);
  return found.filter((one) => {
    const stage = one.path.slice(0, one.path.lastIndexOf('.') + 1);
    return !isDigest(one) || !readable.some((path) => path === 'seed' || path.startsWith(stage));
  });
}

function differences(title: string, found: readonly Difference[], { subjects }: Diff): Part | null {
  if (found.length === 0) return null;
  const rows = found.map(({ path, values, places }) => ({
    path,
    cells: values.map((value) => (value === null ? '–' : withoutQuotes(value))),
    ...(places && subjects.length === 2 ? { more: [placeText(places)] } : {}),
  }));
  return {
    title,
    topic: title,
    sentences: subjects.length > 2 ? placesText(found) : [],
    tables: tables(subjects, rows, rows[0]?.more ? ['where'] : []),
  };
}

/** Where files say what differs: a column of its own would repeat it for each run. */
function placesText(found: readonly Difference[]): string[] {
  const told = found.flatMap(({ path, places = [] }) => {
    const written = [...new Set(places.flatMap((place) => place ?? []))];
    return written.length > 0 ? [`${path}: ${written.join(', ')}`] : [];
  });
  const more = told.length > most ? [`and ${told.length - most} more`] : [];
  return told.length === 0 ? [] : [`Written at ${[...told.slice(0, most), ...more].join('; ')}.`];
}

function placeText(places: readonly (string | null)[]): string {
  const [a, b] = places;
  const shown = a === b ? [a] : [a, b];
  return shown.map((place) => place ?? 'default').join(' → ');
}

function metrics({ metrics: found, subjects }: Diff): Part | null {
  if (found.length === 0) return null;
  const rows = found.map((one) => ({
    path: one.path,
    cells:
      subjects.length === 2
        ? one.values.map(number)
        : one.values.map((value, i) => judgedCell(one, value, i)),
    ...(subjects.length === 2 ? { more: [change(one), one.judged[0] ?? ''] } : {}),
  }));
  return {
    title: 'metrics',
    topic: 'metrics',
    sentences: [],
    tables: tables(subjects, rows, subjects.length === 2 ? ['change', ''] : []),
  };
}

const number = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toPrecision(5)));

function judgedCell({ judged }: MetricDifference, value: number | null, i: number): string {
  const verdict = i === 0 ? null : judged[i - 1];
  return verdict ? `${number(value)} ${verdict}` : number(value);
}

function change({ values: [a, b] }: MetricDifference): string {
  if (a == null || b == null) return '';
  return `${b >= a ? '+' : '−'}${Number(Math.abs(b - a).toPrecision(3))}`;
}

function real({ evaluations }: Diff): Part | null {
  const named = evaluations.flatMap(({ comparisons, stage }) =>
    comparisons.map((one) =>
      evaluations.length > 1
        ? { ...one, first: `${one.first} ${stage}`, second: `${one.second} ${stage}` }
        : one,
    ),
  );
  return named.length === 0
    ? null
    : { title: 'is it real?', topic: 'real', sentences: sayComparisons(named), tables: [] };
}

function perClass({ stage, perClass: found }: EvaluationDiff, { subjects }: Diff): Part | null {
  if (found.length === 0) return null;
  const rows = found.slice(0, most).map((one) => ({
    path: one.path.replace(/\.f1$/, ''),
    cells: one.values.map((value) => (value === null ? '–' : value.toFixed(3))),
    ...(subjects.length === 2 ? { more: [change(one), one.judged[0] ?? ''] } : {}),
  }));
  const rest = found.length > most ? [`${found.length - most} classes that differ less are not shown.`] : [];
  return {
    title: `F1 by class, ${stage}`,
    topic: `f1 ${stage}`,
    sentences: rest,
    tables: tables(subjects, rows, subjects.length === 2 ? ['change', ''] : []),
  };
}

function predictions({ stage, changes }: EvaluationDiff): Part | null {
  const moved = changes.filter((one) => one.toRight.length + one.toWrong.length > 0);
  if (moved.length === 0) return null;
  return {
    title: `predictions, ${stage}`,
    topic: `predictions ${stage}`,
    sentences: moved.map(
      ({ first, second, toRight, toWrong }) =>
        `${second} against ${first}: ${toRight.length} became right, ${toWrong.length} became wrong.`,
    ),
    tables: moved.map(movedTable),
  };
}

function movedTable({ toRight, toWrong }: Changes): Part['tables'][number] {
  const pairs = (list: readonly Changed[], how: string): string[][] => {
    const counts = new Map<string, number[]>();
    for (const { row, class: name, before, after } of list) {
      const key = `${name}\t${before} → ${after}`;
      counts.set(key, [...(counts.get(key) ?? []), row]);
    }
    return [...counts]
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, most / 2)
      .map(([key, rows]) => [how, ...key.split('\t'), String(rows.length), someRows(rows)]);
  };
  return {
    head: ['became', 'true class', 'predicted', 'times', 'rows'],
    rows: [...pairs(toRight, 'right'), ...pairs(toWrong, 'wrong')],
  };
}

const someRows = (rows: readonly number[]): string =>
  rows.slice(0, 4).join(', ') + (rows.length > 4 ? ', …' : '');

function curves({ curves: found, subjects }: Diff): Part | null {
  if (found.length === 0) return null;
  const rows = found.map(({ stage, trainings }) => ({
    path: `${stage}, lowest validation loss`,
    cells: trainings.map(lowestCell),
  }));
  return { title: 'curves', topic: 'curves', sentences: [], tables: tables(subjects, rows) };
}

function lowestCell(trainings: readonly Training[]): string {
  const known = trainings.flatMap(({ lowest, epochs }) => (lowest ? [{ ...lowest, of: epochs.length }] : []));
  const [first, ...others] = known;
  if (!first) return '–';
  if (others.length === 0) return `${number(first.valLoss)} in epoch ${first.epoch} of ${first.of}`;
  return `${number(mean(known.map(({ valLoss }) => valLoss)))}, the mean of ${known.length} seeds`;
}

function cost({ cost: found, subjects }: Diff): Part | null {
  if (found.length === 0) return null;
  const rows = found.map(({ path, values }: Cost) => ({
    path,
    cells: values.map((value) => (value === null ? '–' : value.toFixed(1))),
  }));
  return { title: 'cost', topic: 'cost', sentences: [], tables: tables(subjects, rows) };
}

function engines({ engines: found, subjects }: Diff): Part | null {
  if (found.length === 0) return null;
  const rows = found.map(({ path, values }) => ({ path, cells: values.map((value) => value ?? '–') }));
  return {
    title: 'engines',
    topic: 'engines',
    sentences: ['These stages were computed on different engines: results may differ for that alone.'],
    tables: tables(subjects, rows),
  };
}
