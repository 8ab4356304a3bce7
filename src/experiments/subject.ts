/** One side of a diff: a run, some cells of a run, or a pipeline file with what the cache holds of it. */
import { readFile } from 'node:fs/promises';
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Files, IndexEntry, Store, StoredResult } from '../run/store.ts';
import type { JsonObject } from '../stages/kind.ts';
import { findRun, runBefore } from './find.ts';
import type { RunHead, RunRecord, StageRecord } from './record.ts';

export interface Subject {
  readonly label: string;
  /** Of a run, or of cells of it. */
  readonly run?: Pick<RunRecord, 'id' | 'name'>;
  readonly stages: readonly SubjectStage[];
}

export interface SubjectStage
  extends Pick<
    StageRecord,
    'name' | 'kind' | 'seed' | 'params' | 'places' | 'from' | 'values' | 'engine' | 'ports'
  > {
  readonly fingerprint: string | null;
  /** Its name with all its axes. */
  readonly fullName: string;
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
  run: record,
  stages: withoutAxes(record.stages, new Map()),
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
  const isThere = ([axis, label]: readonly [string, string]): boolean =>
    stages.some((stage) => stage.cell[axis] === label);
  if (![...chosen].every(isThere))
    throw new Failure('no-such-cell', `no stage of run \`${record.id}\` is a cell \`${wanted}\``, {
      fix: `its cells are ${axesOf(record) || 'none: it has no matrix'}`,
    });
  const label = [...chosen].map(([axis, value]) => `${axis}=${value}`).join(',');
  // What other cells are made from is none of theirs.
  const own = new Set(stages.map((stage) => stage.name));
  const others = new Set(record.stages.map((stage) => stage.name).filter((name) => !own.has(name)));
  return {
    label,
    run: record,
    stages: withoutAxes(
      stages.map((stage) => ({ ...stage, from: stage.from.filter((source) => !others.has(source)) })),
      chosen,
    ),
  };
}

type Celled = Pick<StageRecord, 'name' | 'from'> & { readonly cell: StageRecord['cell'] };

/** Names without the chosen axes and the seed: cells that differ by it alone repeat one setting. */
export function withoutAxes<Stage extends Celled>(
  stages: readonly Stage[],
  chosen: ReadonlyMap<string, string>,
): (Stage & Pick<SubjectStage, 'fullName' | 'repetition'>)[] {
  const names = new Map(stages.map((stage) => [stage.name, nameWithout(stage, chosen)]));
  return stages.map((stage) => {
    const { name, repetition } = names.get(stage.name) ?? nameWithout(stage, chosen);
    // What collects all repetitions is made from one.
    const from = new Set(stage.from.map((source) => names.get(source)?.name ?? source));
    return { ...stage, name, from: [...from], repetition, fullName: stage.name };
  });
}

function nameWithout(
  { name, cell }: Celled,
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
  stage: Pick<SubjectStage, 'fingerprint' | 'engine' | 'ports'>,
  store: Pick<Store, 'lookup'>,
): Promise<StoredResult | null> {
  const entry: IndexEntry | null = stage.fingerprint === null ? null : await store.lookup(stage.fingerprint);
  const own = JSON.stringify(stage.engine);
  // What was made again since then may have come out otherwise.
  const isSame = ({ ports }: StoredResult): boolean =>
    Object.entries(ports).every(([port, { digest }]) => (stage.ports[port] ?? digest) === digest);
  const made = entry?.results.find((result) => JSON.stringify(result.engine) === own);
  return made && isSame(made) ? made : null;
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
