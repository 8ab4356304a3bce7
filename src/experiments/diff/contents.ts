/** What came out otherwise: data, models, metrics, curves, classes, cost. */

import type { EpochMetrics } from '../../nn/callbacks.ts';
import type { Store } from '../../run/store.ts';
import { isMap, withoutQuotes } from '../../stages/json.ts';
import type { JsonObject } from '../../stages/kind.ts';
import { mean, rounding } from '../statistics.ts';
import { readPort, resultOf, type Subject, type SubjectStage } from '../subject.ts';
import { type Difference, differing } from './settings.ts';

export interface MetricDifference {
  readonly path: string;
  /** Means over repetitions; null where a subject has none. */
  readonly values: readonly (number | null)[];
  /** Against the first, for each of the others: null where nothing says which way is better, or nothing changed. */
  readonly judged: readonly ('better' | 'worse' | null)[];
}

export function diffMetrics(subjects: readonly Subject[]): MetricDifference[] {
  const numbers = subjects.map((subject) => meansOf(subject.stages.flatMap(valuesOf)));
  return comparable(differing(numbers, exact), numbers).map((path) =>
    judge(
      path,
      numbers.map((own) => own.get(path) ?? null),
    ),
  );
}

/** Means of the same numbers may differ in their last bits. */
const exact = (value: number): string => String(Number(value.toPrecision(12)));

/** What one subject alone has compares with nothing. */
const comparable = <T>(paths: readonly string[], maps: readonly ReadonlyMap<string, T>[]): string[] =>
  paths.filter((path) => maps.filter((own) => own.has(path)).length > 1);

/** Values that are results; those of other kinds are settings or sizes, which data and model tell. */
function valuesOf(stage: SubjectStage): [string, number][] {
  if (!['train', 'evaluate', 'tune', 'command'].includes(stage.kind)) return [];
  return Object.entries(stage.values).flatMap(([value, number]): [string, number][] =>
    typeof number === 'number' ? [[`${stage.name}.${value}`, number]] : [],
  );
}

function meansOf(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const all = new Map<string, number[]>();
  for (const [path, number] of entries) all.set(path, [...(all.get(path) ?? []), number]);
  return new Map([...all].map(([path, values]) => [path, mean(values)]));
}

export function judge(path: string, values: readonly (number | null)[]): MetricDifference {
  const [first, ...others] = values;
  const way = directionOf(path);
  const judged = others.map((value) => {
    if (way === 0 || value === null || first == null || Math.abs(value - first) < rounding) return null;
    return (value > first ? 1 : -1) === way ? 'better' : 'worse';
  });
  return { path, values, judged };
}

/** 1 where more is better, −1 where less is, 0 where nothing says. */
export function directionOf(path: string): 1 | -1 | 0 {
  const name = path.split('.').at(-1) ?? '';
  if (/loss|error/i.test(name)) return -1;
  return /accuracy|precision|recall|f1|auc/i.test(name) ? 1 : 0;
}

/** Facts of stages that bring data, and of models: sizes, classes, parameters, layers. */
export async function diffFacts(
  subjects: readonly Subject[],
  kinds: readonly string[],
  store: Store,
): Promise<Difference[]> {
  const facts = await Promise.all(subjects.map((subject) => factsOf(subject, kinds, store)));
  return differing(facts, (text) => text).map((path) => ({
    path,
    values: facts.map((own) => own.get(path) ?? null),
  }));
}

async function factsOf(
  subject: Subject,
  kinds: readonly string[],
  store: Store,
): Promise<Map<string, string>> {
  const stages = subject.stages.filter((stage) => kinds.includes(stage.kind));
  const found = await Promise.all(
    stages.map(async (stage): Promise<Fact[]> => {
      const facts = await readPort(await resultOf(stage, store), 'facts', 'facts.json', store);
      const content = Object.entries(stage.ports).filter(([port]) => port !== 'facts');
      const digests = content.map(([port, digest]): [string, string] => [
        port,
        `${contentMark}${digest.slice(0, 12)}`,
      ]);
      const own = isMap(facts?.facts) ? factLines(facts.facts) : [];
      return [...own, ...digests].map(([path, text]) => ({
        path: `${stage.name}.${path}`,
        text,
        repetition: stage.repetition,
      }));
    }),
  );
  return oncePerPath(found.flat());
}

const contentMark = 'content ';

/** Does it only tell that something differs, and not what? */
export const isDigest = ({ values }: Difference): boolean =>
  values.every((value) => value === null || value.startsWith(contentMark));

interface Fact {
  readonly path: string;
  readonly text: string;
  readonly repetition: string | null;
}

/** What differs between repetitions of a stage is told with the seed of each. */
function oncePerPath(facts: readonly Fact[]): Map<string, string> {
  const byPath = new Map<string, Fact[]>();
  for (const fact of facts) byPath.set(fact.path, [...(byPath.get(fact.path) ?? []), fact]);
  return new Map(
    [...byPath].map(([path, own]) => {
      const texts = [...new Set(own.map(({ text }) => text))];
      const each = own.map(({ text, repetition }) => `${withoutQuotes(text)} (seed ${repetition})`);
      return [path, texts.length === 1 ? (texts[0] ?? '') : each.join(', ')];
    }),
  );
}

/** `rows.train` → `320`; a list is one line, and so is each layer. */
function factLines(facts: JsonObject, path = ''): [string, string][] {
  return Object.entries(facts).flatMap(([name, value]): [string, string][] => {
    const own = path === '' ? name : `${path}.${name}`;
    if (isMap(value)) return factLines(value, own);
    const layers = Array.isArray(value)
      ? value.filter(isMap).filter((layer) => typeof layer.name === 'string')
      : [];
    if (layers.length === 0) return [[own, JSON.stringify(value)]];
    return layers.map((layer) => [
      `${own}.${layer.name}`,
      `${Array.isArray(layer.output) ? layer.output.join(' × ') : ''}, ${layer.parameters} parameters`,
    ]);
  });
}

export interface Curve {
  readonly stage: string;
  /** Each subject's, one a repetition. */
  readonly trainings: readonly (readonly Training[])[];
}

export interface Training {
  /** The seed's label, where others repeat it with another seed. */
  readonly seed: string | null;
  readonly epochs: readonly EpochMetrics[];
  readonly keptEpoch: number;
  /** The lowest validation loss and its epoch. */
  readonly lowest: { readonly epoch: number; readonly valLoss: number } | null;
}

/** As a training writes it. */
interface History {
  readonly epochs: readonly EpochMetrics[];
  readonly keptEpoch: number;
}

export async function diffCurves(subjects: readonly Subject[], store: Store): Promise<Curve[]> {
  const names = [...new Set(subjects.flatMap((subject) => trainStages(subject).map((stage) => stage.name)))];
  const curves = await Promise.all(names.map(async (name) => curveOf(name, subjects, store)));
  return curves.filter(({ trainings }) => {
    const lows = trainings.map((own) => own.flatMap(({ lowest }) => lowest ?? []));
    const known = lows.filter((own) => own.length > 0).map((own) => JSON.stringify(own));
    return known.length > 1 && new Set(known).size > 1;
  });
}

const trainStages = (subject: Subject): SubjectStage[] =>
  subject.stages.filter((stage) => stage.kind === 'train');

async function curveOf(name: string, subjects: readonly Subject[], store: Store): Promise<Curve> {
  const trainings = await Promise.all(
    subjects.map(async (subject) => {
      const stages = trainStages(subject).filter((one) => one.name === name);
      const read = await Promise.all(stages.map((stage) => trainingOf(stage, store)));
      return read.flatMap((one) => one ?? []);
    }),
  );
  return { stage: name, trainings };
}

async function trainingOf(stage: SubjectStage, store: Store): Promise<Training | null> {
  const result = await resultOf(stage, store);
  const history = await readPort<History>(result, 'history', 'history.json', store);
  if (!history) return null;
  const { epochs, keptEpoch } = history;
  return { seed: stage.repetition, epochs, keptEpoch, lowest: lowestOf(epochs) };
}

function lowestOf(epochs: readonly EpochMetrics[]): { epoch: number; valLoss: number } | null {
  let lowest: { epoch: number; valLoss: number } | null = null;
  for (const { epoch, valLoss } of epochs)
    if (valLoss !== null && (!lowest || valLoss < lowest.valLoss)) lowest = { epoch, valLoss };
  return lowest;
}

export interface Cost {
  readonly path: string;
  readonly values: readonly (number | null)[];
}

/** Seconds of each stage when it was computed, by whatever run, where they differ by more than a tenth and a second. */
export async function diffCost(subjects: readonly Subject[], store: Store): Promise<Cost[]> {
  const costs = await Promise.all(
    subjects.map(async (subject) => {
      const results = await Promise.all(
        subject.stages.map(async (stage) => ({ stage, result: await resultOf(stage, store) })),
      );
      const seconds = results.flatMap(({ stage, result }): [string, number][] =>
        result ? [[stage.name, result.seconds]] : [],
      );
      return sumsOf([...seconds, ...seconds.map(([, value]): [string, number] => ['all', value])]);
    }),
  );
  const names = [...new Set(costs.flatMap((own) => [...own.keys()]))];
  return names
    .map((name) => ({ path: `${name} seconds`, values: costs.map((own) => own.get(name) ?? null) }))
    .filter(({ values }) => differs(values.flatMap((value) => value ?? [])));
}

const differs = (values: readonly number[]): boolean =>
  values.length > 1 && Math.max(...values) - Math.min(...values) > Math.max(1, 0.1 * Math.max(...values));

function sumsOf(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, value] of entries) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}
