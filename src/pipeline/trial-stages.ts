/** The stages of one trial of a search, read with the point's values in place; nothing is known yet of what they refer to. */
import type { Code } from '../diagnostics/codes.ts';
import { type Diagnostic, isError, type Place } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { type Kinds, kindOf, lastTrainings } from '../stages/tune/references.ts';
import { type Point, readSpace, type Space } from '../tune/space.ts';
import { interpolate, mostWritten, type Scope } from './interpolate.ts';
import { child, type MapNode, type Node, toJson } from './nodes.ts';
import type { Pipeline, Stage } from './pipeline.ts';
import { readStage } from './stages.ts';

export interface TrialAsk {
  readonly point: Point;
  /** Of the training that is judged. */
  readonly epochs: number;
  /** From 0; added to the seed of all stages that have none of their own. */
  readonly execution: number;
}

export interface ReadTrial {
  readonly stages: readonly Stage[];
  /** Names of stages that are wrong themselves. */
  readonly broken: ReadonlySet<string>;
  readonly problems: Diagnostic[];
}

export function readTrial(tune: Stage, { kinds, file }: Pipeline, ask: TrialAsk): ReadTrial {
  const problems: Diagnostic[] = [];
  const broken = new Set<string>();
  const stages: Stage[] = [];
  const bound = boundStages(tune, ask, kinds.named, problems);
  for (const [name, { key, value }] of kinds.fromRoot(bound, file).entries) {
    const { stage, problems: own } = readStage(
      { name, declared: name, axes: {}, key, node: value, open: false },
      kinds,
    );
    problems.push(...own, ...refused(value, name, tune));
    if (own.some(isError)) broken.add(name);
    if (stage) stages.push(stage);
  }
  return { stages, broken, problems };
}

/** The training that a trial is judged by, or null. */
export function judgedStage(tune: Stage, kinds: Kinds): string | null {
  const trainings = lastTrainings(trialJson(tune), kinds);
  return trainings.length === 1 ? (trainings[0] ?? null) : null;
}

const trialJson = (tune: Stage): ReturnType<typeof toJson> => {
  const node = child(tune.node, 'trial');
  return node ? toJson(node) : null;
};

/** The trial's tree with the point's values, and with the search's epochs in the training that is judged. */
function boundStages(tune: Stage, ask: TrialAsk, kinds: Kinds, problems: Diagnostic[]): MapNode {
  const trial = child(tune.node, 'trial');
  const bound = trial && interpolate(trial, scopeOf(tune, ask.point, problems));
  if (bound?.type !== 'map') return { type: 'map', entries: new Map(), place: tune.place };
  const judged = judgedStage(tune, kinds);
  const entry = bound.entries.get(judged ?? '');
  if (judged === null || entry?.value.type !== 'map') {
    problems.push(noJudge(tune, kinds));
    return bound;
  }
  const own = entry.value.entries.get('epochs');
  if (own) problems.push(ownEpochs(judged, own.key));
  const place = tune.placeOf('epochs');
  const epochs: Node = { type: 'scalar', value: ask.epochs, place };
  const entries = new Map([...entry.value.entries, ['epochs', { key: place, value: epochs }]]);
  const stage = { ...entry, value: { ...entry.value, entries } };
  return { ...bound, entries: new Map([...bound.entries, [judged, stage]]) };
}

function scopeOf(tune: Stage, point: Point, problems: Diagnostic[]): Scope {
  const space = readSpace(tune.params.space);
  const values = new Map(Object.entries(point));
  const nameIn = (name: string): string | null =>
    name.startsWith('trial.') ? name.slice('trial.'.length) : null;
  return {
    find: (name): Node | undefined => {
      const own = nameIn(name);
      const value = own === null ? undefined : values.get(own);
      return value === undefined ? undefined : { type: 'scalar', value, place: tune.placeOf(`space.${own}`) };
    },
    isAbsent: (name) => space.has(nameIn(name) ?? '') && !values.has(nameIn(name) ?? ''),
    miss: (name, place) => {
      const own = nameIn(name);
      if (own !== null && !space.has(own)) problems.push(unknownDimension(own, space, place));
    },
    say: (problem) => problems.push({ severity: 'error', ...problem }),
    budget: { left: mostWritten },
  };
}

function unknownDimension(name: string, space: Space, place: Place): Diagnostic {
  const near = nearest(name, space.keys());
  const fix = near ? `did you mean \`trial.${near}\`?` : `it has ${[...space.keys()].join(', ')}`;
  return error('unknown-var', `\`trial.${name}\` is no dimension of the space`, place, fix);
}

function noJudge(tune: Stage, kinds: Kinds): Diagnostic {
  const several = lastTrainings(trialJson(tune), kinds);
  const place = tune.placeOf('trial');
  return several.length === 0
    ? error('invalid-value', 'the trial has no stage of kind train, so nothing is judged', place, 'add one')
    : error(
        'invalid-value',
        `the trial ends in ${several.length} trainings, ${several.join(' and ')}: one of them is judged`,
        place,
        'let one build on the other, or make two searches of it',
      );
}

const ownEpochs = (name: string, place: Place): Diagnostic =>
  error(
    'invalid-value',
    `the search says for how many epochs \`${name}\` trains: it has no \`epochs\` of its own`,
    place,
    'write them beside `search`',
  );

/** What a stage has and a trial's can't. */
function refused(node: Node, name: string, tune: Stage): Diagnostic[] {
  if (node.type !== 'map') return [];
  const matrix = node.entries.get('matrix');
  const mutex = tune.policy.mutex.length > 0 ? node.entries.get('mutex') : undefined;
  const kind = node.entries.get('kind');
  const seed = node.entries.get('seed');
  const text = kind?.value.type === 'scalar' ? String(kind.value.value) : undefined;
  return [
    ...(matrix
      ? [
          error(
            'unknown-key',
            'a stage of a trial has no `matrix`: the space says what varies',
            matrix.key,
            'make it a dimension of `space`',
          ),
        ]
      : []),
    ...(mutex
      ? [
          error(
            'conflicting-options',
            `\`${tune.declared}\` keeps its mutex while it runs, so that \`${name}\` could wait for ever for one of its own`,
            mutex.key,
            'keep that of the search, or those of its trials',
          ),
        ]
      : []),
    ...(seed && Number(tune.params.executions) > 1
      ? [
          error(
            'conflicting-options',
            `\`${name}\` has a seed of its own, so that all ${tune.params.executions} executions of a trial would be the same`,
            seed.key,
            'leave it out: executions take the seeds of the pipeline and those after it',
          ),
        ]
      : []),
    ...(kindOf(name, text === undefined ? {} : { kind: text }) === 'tune'
      ? [
          error(
            'invalid-value',
            'a trial has no search of its own',
            kind?.key ?? node.place,
            'make it a stage before this one',
          ),
        ]
      : []),
  ];
}

const error = (code: Code, message: string, place: Place, fix: string): Diagnostic => ({
  severity: 'error',
  code,
  message,
  place,
  fix,
});
