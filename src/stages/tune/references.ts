/** What the stages of a trial take from each other and from the stages around the search. */
import { asObject } from '../json.ts';
import type { InputPort, Json, JsonObject, Kind } from '../kind.ts';

export type Kinds = (name: string) => Kind | undefined;

interface TrialReference {
  /** The trial's stage that takes something, and where. */
  readonly stage: string;
  readonly port: InputPort;
  /** The stage that it names, without cell and port; empty where only the space says which. */
  readonly target: string;
}

/** References to stages outside of the trial, as ports of the search itself; not those that the space gives. */
export function outerPorts(trial: Json | undefined, kinds: Kinds): InputPort[] {
  const own = new Set(stagesOf(trial).map(([name]) => name));
  const ports = referencesIn(trial, kinds)
    .filter(({ target }) => target !== '' && !own.has(target))
    .map(({ stage, port }) => ({ ...port, param: `trial.${stage}.${port.param}`, optional: true }));
  return [...new Map(ports.map((port) => [port.param, port])).values()];
}

/** May the space decide what a stage of the trial is, or from which stage it takes something? */
export function hangsOnSpace(trial: Json | undefined, kinds: Kinds): boolean {
  const isOpen = (text: string): boolean => text.includes('${');
  return (
    stagesOf(trial).some(([name, stage]) =>
      [name, kindOf(name, stage), JSON.stringify(stage.in ?? null)].some(isOpen),
    ) || referencesIn(trial, kinds).some(({ target }) => target === '')
  );
}

/** The training on which no other of the trial builds: the one that is judged. More than one, or none: a mistake. */
export function lastTrainings(trial: Json | undefined, kinds: Kinds): string[] {
  const references = referencesIn(trial, kinds);
  const trainings = stagesOf(trial)
    .filter(([name, stage]) => kindOf(name, stage) === 'train')
    .map(([name]) => name);
  const builtOn = new Set<string>();
  const visit = (name: string): void => {
    for (const { stage, target } of references) {
      if (stage !== name || builtOn.has(target)) continue;
      builtOn.add(target);
      visit(target);
    }
  };
  for (const name of trainings) visit(name);
  return trainings.filter((name) => !builtOn.has(name));
}

export function stagesOf(trial: Json | undefined): [string, JsonObject][] {
  return Object.entries(asObject(trial)).map(([name, stage]) => [name, asObject(stage)]);
}

export function kindOf(name: string, stage: JsonObject): string {
  return typeof stage.kind === 'string' ? stage.kind : name;
}

function referencesIn(trial: Json | undefined, kinds: Kinds): TrialReference[] {
  return stagesOf(trial).flatMap(([name, stage]) => {
    const ports = kinds(kindOf(name, stage))?.inputs(stage) ?? [];
    return ports.flatMap((port) =>
      textsAt(stage, port.param).map((text) => ({
        stage: name,
        port,
        target: text.includes('${') ? '' : (/^[\w-]*/.exec(text)?.[0] ?? ''),
      })),
    );
  });
}

function textsAt(stage: JsonObject, param: string): string[] {
  const found = param.split('.').reduce<Json | undefined>((at, step) => childOf(at, step), stage);
  const items: readonly Json[] = Array.isArray(found) ? found : found === undefined ? [] : [found];
  return items.filter((item) => typeof item === 'string');
}

function childOf(value: Json | undefined, step: string): Json | undefined {
  return Array.isArray(value) ? value[Number(step)] : asObject(value)[step];
}
