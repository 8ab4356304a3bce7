/** Why a stage is taken from the cache, runs, or has to wait: as a value, and in words. */
import type { Json } from '../stages/kind.ts';
import type { At, Change } from './changes.ts';

export type Reason =
  /** `engine` names another one than would run it now, or is null. */
  | { readonly type: 'cached'; readonly engine: string | null }
  /** What it reads is not known before these have run; `changes` are known already. */
  | { readonly type: 'depends'; readonly on: readonly string[]; readonly changes: readonly Change[] }
  | { readonly type: 'never-run' }
  | { readonly type: 'changed'; readonly since: string; readonly changes: readonly Change[] }
  /** The cache no longer has what this run made, so what changed can't be told. */
  | { readonly type: 'untold'; readonly since: string }
  /** Nothing changed, but what it gives is not what this run had of it: it ran again since. */
  | { readonly type: 'other-bytes'; readonly since: string }
  /** Nothing changed, but it came to no result in this run. */
  | { readonly type: 'failed' | 'interrupted'; readonly run: string }
  /** The result was there; `port` is null when the cache does not even know of it. */
  | { readonly type: 'output-lost'; readonly port: string | null }
  /** An engine is asked for by name, and the results are of these. */
  | { readonly type: 'other-engine'; readonly asked: string; readonly has: readonly string[] }
  | { readonly type: 'asked-for' }
  | { readonly type: 'never-cached' }
  | { readonly type: 'expired'; readonly made: string | null; readonly ttl: string };

/** Of a stage that no earlier run had. */
export const neverRun = 'never run';

/** One line, without the stage's name: `param rotation 20 → 25 (p.yaml:7:40)`. */
export function reasonText(reason: Reason): string {
  switch (reason.type) {
    case 'cached':
      return reason.engine === null ? 'cached' : `cached, computed on ${reason.engine}`;
    case 'depends':
      return [`depends on ${listed(reason.on)}`, ...changeTexts(reason.changes)].join('; ');
    case 'never-run':
      return neverRun;
    case 'changed':
      return reason.changes.length > 0
        ? changeTexts(reason.changes).join(', ')
        : 'another version of pipe made its last result';
    case 'untold':
      return 'changed, and the last result is gone from the cache';
    case 'other-bytes':
      return 'ran again since, and gave other bytes';
    case 'failed':
      return 'failed in the last run';
    case 'interrupted':
      return 'was interrupted in the last run';
    case 'output-lost':
      return reason.port === null
        ? 'its result is gone from the cache'
        : `its output \`${reason.port}\` is missing or damaged in the cache`;
    case 'other-engine':
      return `engine ${reason.asked} is asked for, its result is from ${reason.has.join(' and ')}`;
    case 'asked-for':
      return 'asked for by --rerun';
    case 'never-cached':
      return 'cache: never';
    case 'expired':
      return `its result is older than ${reason.ttl}`;
  }
}

/** Names of stages; several cells of one are told by their number: `train (4 cells)`. */
export function listed(names: readonly string[]): string {
  const cells = new Map<string, string[]>();
  for (const name of names) {
    const [stage = name] = name.split('[');
    cells.set(stage, [...(cells.get(stage) ?? []), name]);
  }
  const told = [...cells].map(([stage, own]) => (own.length > 1 ? `${stage} (${own.length} cells)` : own[0]));
  return told.join(', ');
}

/** What comes in by one param is told together: of all that a report shows, several have often changed at once. */
export function changeTexts(changes: readonly Change[]): string[] {
  const told = changes.map((change) =>
    change.type === 'input' ? inputText(change.param, stagesOf(change.param, changes)) : changeText(change),
  );
  return [...new Set(told)];
}

const stagesOf = (param: string, changes: readonly Change[]): string[] =>
  changes.flatMap((change) => (change.type === 'input' && change.param === param ? [change.stage] : []));

const inputText = (param: string, stages: readonly string[]): string =>
  `input \`${param}\` changed: ${listed(stages)} ${stages.length > 1 ? 'give' : 'gives'} something else`;

function changeText(change: Exclude<Change, { type: 'input' }>): string {
  switch (change.type) {
    case 'param':
      return `param ${change.path} ${movement(change)}${placeText(change.at)}`;
    case 'kind':
      return `kind ${movement(change)}`;
    case 'seed':
      return `seed ${movement(change)}${placeText(change.at)}`;
    case 'component':
      if (change.name === 'module') return 'its module, or what that imports, changed';
      if (change.name === 'schema') return 'its schema changed';
      return `component ${change.name} ${movement(change)}`;
    case 'graph':
      return 'the graph that it draws changed';
    case 'file':
      return `file ${change.name} ${change.how}`;
    case 'env':
      return `environment variable ${change.name} ${change.how}`;
  }
}

function movement({ from, to }: { readonly from?: Json; readonly to?: Json }): string {
  if (from === undefined) return `${shown(to)} added`;
  if (to === undefined) return `${shown(from)} removed`;
  return `${shown(from)} → ${shown(to)}`;
}

const longest = 60;

function shown(value: Json | undefined): string {
  const text = asYaml(value ?? null).replace(/\s*\n\s*/g, ' ');
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** As a person would write it in the file, on one line. */
function asYaml(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(asYaml).join(', ')}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${asYaml(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** ` (p.yaml:7:40)`; what stands on the command line has no line. */
function placeText(at: At | undefined): string {
  if (at === undefined) return '';
  return at.file.startsWith('--') ? ` (${at.file})` : ` (${at.file}:${at.line}:${at.column})`;
}
