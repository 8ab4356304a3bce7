/** Pipeline → Graph: references become edges with port types checked, cycles are written out, kinds check what they can. */
import type { Code } from '../diagnostics/codes.ts';
import type { Diagnostic, Result } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { CheckInput, Form, InputPort, Json, Kind } from '../stages/kind.ts';
import { ordered } from './load.ts';
import type { Edge, Graph, GraphStage, Pipeline, Stage } from './pipeline.ts';

export { completeStage } from './stages.ts';

export type Kinds = (name: string) => Kind | undefined;
const reported = new Set(['history', 'metrics', 'predictions', 'image', 'trials', 'facts']);

export function resolveReferences(
  pipeline: Pipeline,
  kinds: Kinds,
  outer: readonly GraphStage[] = [],
): Result<Graph> {
  const problems: Diagnostic[] = [];
  const all = new Map<string, Stage>([...outer, ...pipeline.stages].map((stage) => [stage.name, stage]));
  const stages = pipeline.stages.map((stage) => withEdges(stage, all, kinds, problems));
  const order = problems.length === 0 ? sorted(stages, problems) : [];
  if (problems.length === 0) problems.push(...checkAll(order, kinds));
  const errors = problems.filter((problem) => problem.severity === 'error');
  return errors.length > 0
    ? { ok: false, diagnostics: ordered(problems) }
    : { ok: true, value: { pipeline, order } };
}

function withEdges(
  stage: Stage,
  all: ReadonlyMap<string, Stage>,
  kinds: Kinds,
  problems: Diagnostic[],
): GraphStage {
  const inputs = kinds(stage.kind)?.inputs(stage.params) ?? [];
  const edges = inputs.flatMap((input) =>
    references(stage, input).flatMap(
      ({ text, path }) => edge(stage, input, text, path, all, kinds, problems) ?? [],
    ),
  );
  for (const { stage: name, value, path } of stage.deferred)
    checkValue(stage, name, value, path, all, kinds, problems);
  const dependsOn = [
    ...new Set([...edges.map((one) => one.stage), ...stage.deferred.map((one) => one.stage)]),
  ];
  return { ...stage, edges, dependsOn };
}

function references(stage: Stage, input: InputPort): { text: string; path: string }[] {
  const value = input.param
    .split('.')
    .reduce<Json | undefined>(
      (at, step) =>
        typeof at === 'object' && at !== null && !Array.isArray(at)
          ? Object.entries(at).find(([key]) => key === step)?.[1]
          : undefined,
      stage.params,
    );
  if (typeof value === 'string') return [{ text: value, path: input.param }];
  return Array.isArray(value)
    ? value.map((item, i) => ({ text: String(item), path: `${input.param}.${i}` }))
    : [];
}

function edge(
  stage: Stage,
  input: InputPort,
  text: string,
  path: string,
  all: ReadonlyMap<string, Stage>,
  kinds: Kinds,
  problems: Diagnostic[],
): Edge | null {
  const [name = '', port] = text.split('.');
  const say = (code: Code, message: string, fix?: string): null => {
    problems.push({ severity: 'error', code, message, place: stage.placeOf(path), ...(fix ? { fix } : {}) });
    return null;
  };
  const target = all.get(name);
  if (!target) {
    const near = nearest(
      name,
      [...all.keys()].filter((other) => other !== stage.name),
    );
    return say(
      'unknown-stage',
      `\`${stage.name}\` takes its ${input.param} from \`${name}\`, which is not a stage`,
      near ? `did you mean \`${near}\`?` : `the stages are ${[...all.keys()].join(', ')}`,
    );
  }
  const outputs = Object.entries(kinds(target.kind)?.outputs(target.params) ?? {});
  const accepts = input.accepts;
  if (accepts === 'reported') {
    const shown = outputs
      .filter(([own, { type }]) => (port === undefined || own === port) && reported.has(type))
      .map(([own]) => own);
    return {
      param: input.param,
      stage: name,
      kind: target.kind,
      ports: port === undefined ? [...shown, 'facts'] : shown,
    };
  }
  const fitting = accepts.flatMap((type) =>
    outputs.filter(([own, output]) => output.type === type && (port === undefined || own === port)),
  );
  const first = fitting[0];
  if (first) return { param: input.param, stage: name, kind: target.kind, ports: [first[0]] };
  const has = outputs.map(([own, { type }]) => `${own} (${type})`).join(', ');
  if (port !== undefined && !outputs.some(([own]) => own === port)) {
    const near = nearest(
      port,
      outputs.map(([own]) => own),
    );
    return say(
      'unknown-port',
      `\`${name}\` has no output \`${port}\``,
      near ? `did you mean \`${name}.${near}\`?` : `it has ${has}`,
    );
  }
  const fits = [...all.values()].filter(
    (other) =>
      other.name !== stage.name &&
      Object.values(kinds(other.kind)?.outputs(other.params) ?? {}).some(({ type }) =>
        accepts.includes(type),
      ),
  );
  return say(
    'wrong-port-type',
    `\`${stage.name}\` takes a ${accepts.join(' or ')} as its ${input.param}; \`${text}\` gives ${has}`,
    fits.length > 0 ? `one of ${fits.map((other) => other.name).join(', ')} would fit` : undefined,
  );
}

function checkValue(
  stage: Stage,
  name: string,
  value: string,
  path: string,
  all: ReadonlyMap<string, Stage>,
  kinds: Kinds,
  problems: Diagnostic[],
): void {
  const target = all.get(name);
  const values = Object.keys(target ? (kinds(target.kind)?.values(target.params) ?? {}) : {});
  if (target && values.includes(value)) return;
  const near = target ? nearest(value, values) : nearest(name, all.keys());
  const message = target ? `\`${name}\` gives no value \`${value}\`` : `\`${name}\` is not a stage`;
  const code = target ? 'unknown-value' : 'unknown-stage';
  problems.push({
    severity: 'error',
    code,
    message,
    place: stage.placeOf(path),
    fix: near
      ? `did you mean \`${near}\`?`
      : values.length > 0
        ? `it gives ${values.join(', ')}`
        : 'look at the stage it should come from',
  });
}

/** The file's order where references leave a choice; a cycle is written out. */
function sorted(stages: readonly GraphStage[], problems: Diagnostic[]): GraphStage[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const order: GraphStage[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (stage: GraphStage, way: readonly GraphStage[]): void => {
    if (state.get(stage.name) === 'done' || problems.length > 0) return;
    if (state.get(stage.name) === 'open')
      return void problems.push(cycle([...way.slice(way.indexOf(stage)), stage]));
    state.set(stage.name, 'open');
    for (const name of stage.dependsOn) {
      const next = byName.get(name);
      if (next) visit(next, [...way, stage]);
    }
    state.set(stage.name, 'done');
    order.push(stage);
  };
  for (const stage of stages) visit(stage, []);
  return order;
}

function cycle(way: readonly GraphStage[]): Diagnostic {
  const names = way.map((stage) => stage.name).join(' → ');
  const related = way.slice(0, -1).map((stage, i) => ({
    message: `\`${stage.name}\` depends on \`${way[i + 1]?.name}\``,
    place: stage.place,
  }));
  return {
    severity: 'error',
    code: 'cycle',
    message: `stages depend on each other: ${names}`,
    ...(way[0] ? { place: way[0].place } : {}),
    fix: 'one of these references must go',
    related,
  };
}

function checkAll(order: readonly GraphStage[], kinds: Kinds): Diagnostic[] {
  const forms = new Map<string, { readonly [port: string]: Form }>();
  return order.flatMap((stage) => {
    const kind = kinds(stage.kind);
    if (!kind) return [];
    const inputs: { [param: string]: (Form | undefined)[] } = {};
    for (const { param, stage: from, ports } of stage.edges) {
      const given = ports.map((port) => forms.get(from)?.[port]);
      inputs[param] = [...(inputs[param] ?? []), ...given];
    }
    const at: CheckInput['at'] = (path, what) => ({
      severity: what.severity ?? 'error',
      code: what.code,
      message: what.message,
      place: stage.placeOf(path),
      ...(what.fix ? { fix: what.fix } : {}),
    });
    const checked = kind.check({ params: stage.params, inputs, at });
    forms.set(stage.name, checked.forms);
    return checked.diagnostics;
  });
}
