/** One side of a diff: a run, some cells of a run, or a pipeline file with what the cache holds of it. */
import { readFile } from 'node:fs/promises';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Files, IndexEntry, Store, StoredResult } from '../run/store.ts';
import type { JsonObject } from '../stages/kind.ts';
import { findRun, runBefore } from './find.ts';
import type { RunHead, RunRecord, StageRecord } from './record.ts';

export interface Subject {
  readonly label: string;
  readonly stages: readonly SubjectStage[];
}

export interface SubjectStage
  extends Pick<
    StageRecord,
    'name' | 'kind' | 'seed' | 'params' | 'places' | 'from' | 'values' | 'engine' | 'ports'
  > {
  readonly fingerprint: string | null;
  /** Cells that differ by their seed alone repeat one stage: the seed's label, else null. */
  readonly repetition: string | null;
}

/** `RUN`, or `RUN[axis=label,…]` for the cells of one setting. Failure: `unknown-run`, `no-such-cell`. */
export async function runSubject(wanted: string, store: Pick<Store, 'runs'>): Promise<Subject> {
  const { run, cell } = readWanted(wanted);
  return partOf(await findRun(run, store), cell, wanted);
}

/** The same of the run before it, of the same pipeline and profile. Failure: `unknown-run`, `no-such-cell`. */
export async function subjectBefore(wanted: string, store: Pick<Store, 'runs'>): Promise<Subject> {
  const { run, cell } = readWanted(wanted);
  const record = await findRun(run, store);
  const before = await runBefore(record, store);
  if (!before) throw nothingBefore(record, wanted, ` before \`${wanted}\``);
  const subject = partOf(before, cell, wanted);
  return cell === undefined ? subject : { ...subject, label: `${wholeRun(before).label}[${subject.label}]` };
}

/** The newest run of a pipeline and profile that has results. Failure: `unknown-run`. */
export async function newestSubject(
  of: Pick<RunHead, 'pipeline' | 'profile'> & Pick<Subject, 'label'>,
  store: Pick<Store, 'runs'>,
): Promise<Subject> {
  const { pipeline, profile } = of;
  const newest = await runBefore({ pipeline, profile }, store);
  if (!newest) throw nothingBefore(of, of.label, '');
  return wholeRun(newest);
}

function nothingBefore(
  { pipeline, profile }: Pick<RunHead, 'pipeline' | 'profile'>,
  wanted: string,
  before: string,
): Failure {
  const which = profile === null ? '' : ` with the profile \`${profile}\``;
  return new Failure('unknown-run', `no run of \`${pipeline}\`${which}${before} has results`, {
    fix: `name what to compare it with: \`pipe diff OTHER ${wanted}\``,
  });
}

function readWanted(wanted: string): { readonly run: string; readonly cell: string | undefined } {
  const [, run = wanted, cell] = /^([^[]+)\[(.*)\]$/.exec(wanted) ?? [];
  return { run, cell };
}

const partOf = (record: RunRecord, cell: string | undefined, wanted: string): Subject =>
  cell === undefined ? wholeRun(record) : cellsOf(record, readCell(cell, wanted), wanted);

const wholeRun = (record: RunRecord): Subject => ({
  label: record.name ?? record.id,
  stages: record.stages.map((stage) => ({ ...stage, repetition: null })),
});

function readCell(text: string, wanted: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((part): [string, string] => {
    const [axis, label] = part.split('=');
    if (!axis || label === undefined)
      throw new Failure('no-such-cell', `\`${wanted}\` names no cell`, { fix: 'write RUN[axis=label]' });
    return [axis.trim(), label.trim()];
  });
  return new Map(pairs);
}

/** The stages of these labels, and those that have none of the axes; their names lose the axes that were chosen. */
function cellsOf(record: RunRecord, chosen: ReadonlyMap<string, string>, wanted: string): Subject {
  const fits = (stage: StageRecord): boolean =>
    [...chosen].every(([axis, label]) => (stage.cell[axis] ?? label) === label);
  const stages = record.stages.filter(fits);
  const chosenOnes = stages.filter((stage) =>
    [...chosen.keys()].some((axis) => stage.cell[axis] !== undefined),
  );
  if (chosenOnes.length === 0)
    throw new Failure('no-such-cell', `no stage of run \`${record.id}\` is a cell \`${wanted}\``, {
      fix: `its cells are ${axesOf(record) || 'none: it has no matrix'}`,
    });
  const label = [...chosen].map(([axis, value]) => `${axis}=${value}`).join(',');
  return {
    label,
    stages: stages.map((stage) => {
      const { name, repetition } = nameWithout(stage, chosen);
      const from = stage.from.flatMap((source) => {
        const other = record.stages.find((one) => one.name === source);
        if (!other) return [source];
        return fits(other) ? [nameWithout(other, chosen).name] : [];
      });
      // Repetitions lose their seeds: what collects them all is made from one.
      return { ...stage, name, from: [...new Set(from)], repetition };
    }),
  };
}

function nameWithout(
  { name, cell }: StageRecord,
  chosen: ReadonlyMap<string, string>,
): { name: string; repetition: string | null } {
  const left = Object.entries(cell).filter(([axis]) => !chosen.has(axis));
  const base = name.replace(/\[.*\]$/, '');
  const { seed, ...others } = Object.fromEntries(left);
  const axes = Object.entries(others).map(([axis, label]) => `${axis}=${label}`);
  return { name: axes.length === 0 ? base : `${base}[${axes.join(',')}]`, repetition: seed ?? null };
}

function axesOf(record: RunRecord): string {
  const axes = new Map<string, Set<string>>();
  for (const { cell } of record.stages)
    for (const [axis, label] of Object.entries(cell))
      axes.set(axis, (axes.get(axis) ?? new Set()).add(label));
  return [...axes].map(([axis, labels]) => `${axis}=${[...labels].join('|')}`).join(', ');
}

/** Every label of an axis as a subject of its own. Failure: `no-such-cell`. */
export async function axisSubjects(
  wanted: string,
  axis: string,
  store: Pick<Store, 'runs'>,
): Promise<Subject[]> {
  const record = await findRun(wanted, store);
  const labels = [...new Set(record.stages.flatMap((stage) => stage.cell[axis] ?? []))];
  if (labels.length === 0)
    throw new Failure('no-such-cell', `run \`${record.id}\` has no axis \`${axis}\``, {
      fix: `its cells are ${axesOf(record) || 'none: it has no matrix'}`,
    });
  return labels.map((label) => cellsOf(record, new Map([[axis, label]]), `${wanted}[${axis}=${label}]`));
}

/** What the cache still holds of a stage's result: null where it is gone. */
export async function resultOf(
  stage: SubjectStage,
  store: Pick<Store, 'lookup'>,
): Promise<StoredResult | null> {
  const entry: IndexEntry | null = stage.fingerprint === null ? null : await store.lookup(stage.fingerprint);
  const own = JSON.stringify(stage.engine);
  return entry?.results.find((result) => JSON.stringify(result.engine) === own) ?? null;
}

/** A JSON file of one of its ports, which this program alone wrote; null where it is gone. */
export async function readPort<T extends object = JsonObject>(
  result: StoredResult | null,
  port: string,
  path: string,
  store: Pick<Store, 'objectPath'>,
): Promise<T | null> {
  const ref = result?.ports[port]?.files[path];
  if (!ref) return null;
  try {
    return JSON.parse(await readFile(store.objectPath(ref), 'utf8'));
  } catch {
    return null;
  }
}

/** Where the bytes of a port's files lie. */
export function pathsOf(files: Files, store: Pick<Store, 'objectPath'>): { [path: string]: string } {
  return Object.fromEntries(Object.entries(files).map(([path, ref]) => [path, store.objectPath(ref)]));
}
