/** Pipeline → edges: every reference finds a port of the right type, or is told with the likely one. */
import type { Code } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { isReference } from '../stages/command/paths.ts';
import type { InputPort, Kind } from '../stages/kind.ts';
import { child, where } from './nodes.ts';
import type { Edge, GraphStage, Stage } from './pipeline.ts';
import { parseReference } from './reference.ts';
import { type FoundReference, findReferences } from './references.ts';

export type Kinds = (name: string) => Kind | undefined;
const reported = new Set(['history', 'metrics', 'predictions', 'image', 'trials', 'facts']);

/** The stages that a reference may name. */
export class Names {
  readonly #byName: ReadonlyMap<string, Stage>;
  readonly #byDeclared: ReadonlyMap<string, Stage>;
  readonly broken: ReadonlySet<string>;

  constructor(stages: readonly Stage[], broken: ReadonlySet<string>) {
    this.#byName = new Map(stages.map((stage) => [stage.name, stage]));
    this.#byDeclared = new Map(stages.map((stage) => [stage.declared, stage]));
    this.broken = broken;
  }

  /** A trial names the stages around it as the file does; of a cell's it sees one. */
  find(name: string): Stage | undefined {
    return this.#byName.get(name) ?? this.#byDeclared.get(name);
  }

  all(): Stage[] {
    return [...this.#byName.values()];
  }

  declared(): string[] {
    return [...this.#byDeclared.keys()];
  }
}

export function withEdges(stage: Stage, names: Names, kinds: Kinds, problems: Diagnostic[]): GraphStage {
  const kind = kinds(stage.kind);
  const found = kind ? findReferences(stage.node, kind) : [];
  const inputs = kind?.inputs(stage.params) ?? [];
  const say: Say = (problem, at) => problems.push({ severity: 'error', ...problem, ...at.where });
  if (stage.kind === 'command') problems.push(...bareStages(stage, names, kinds));
  const edges = found
    // One that is still to take a value was told: there is none.
    .filter(({ value, text }) => !value && !text.includes('${'))
    .flatMap((reference) => {
      const input = inputs.find(({ param }) => isOf(reference, param));
      return input ? (edge(stage, input, reference, names, kinds, say) ?? []) : [];
    });
  const values = stage.deferred.flatMap((one) => {
    const reference = found.find(({ value, text }) => value && text === `${one.stage}.${one.value}`);
    return reference ? (giverOf(reference, one.stage, one.value, names, kinds, say) ?? []) : [];
  });
  return { ...stage, edges, dependsOn: [...new Set([...edges.map((one) => one.stage), ...values])] };
}

/** A command takes paths, too: a stage's name alone would be taken for one that is not there. */
function bareStages(stage: Stage, names: Names, kinds: Kinds): Diagnostic[] {
  const inputs = child(stage.node, 'in');
  if (inputs?.type !== 'map') return [];
  return [...inputs.entries].flatMap(([name, { value }]) => {
    const text = value.type === 'scalar' && typeof value.value === 'string' ? value.value : '';
    const hidden = hiddenPort(text, names, kinds);
    if (hidden) return { severity: 'error', ...hidden, ...where(stage.node, ['in', name]) };
    const target = names.find(text);
    if (!target || target.name === stage.name) return [];
    const [port] = Object.keys(kinds(target.kind)?.outputs(target.params) ?? {});
    return {
      severity: 'error',
      code: 'unknown-port',
      message: `\`${target.name}\` is a stage, and a command takes its outputs one by one`,
      fix: port
        ? `did you mean \`${target.name}.${port}\`? A file of that name is \`./${target.name}\``
        : `a file of that name is \`./${target.name}\``,
      ...where(stage.node, ['in', name]),
    };
  });
}

type Say = (problem: { code: Code; message: string; fix?: string }, at: FoundReference) => void;

function isOf(reference: FoundReference, param: string): boolean {
  const path = reference.path.join('.');
  return path === param || path.startsWith(`${param}.`);
}

function edge(
  stage: Stage,
  input: InputPort,
  reference: FoundReference,
  names: Names,
  kinds: Kinds,
  say: Say,
): Edge | null {
  const parsed = parseReference(reference.text);
  const target = names.find(parsed?.name ?? '');
  const declared = parsed ? names.find(parsed.declared) : undefined;
  if (!target && declared && parsed) {
    if (names.broken.has(declared.name))
      return { param: input.param, stage: declared.name, kind: declared.kind, ports: [] };
    const message = `\`${parsed.name}\` is no cell of \`${parsed.declared}\``;
    say({ code: 'unknown-cell', message, fix: `one of its cells is ${declared.name}` }, reference);
    return null;
  }
  if (!parsed || !target) {
    say(unknownStage(stage, input.param, parsed?.declared ?? reference.text, names), reference);
    return null;
  }
  const kind = kinds(target.kind);
  // Of a stage that is wrong itself nothing is known: its own error is enough.
  if (!kind || names.broken.has(target.name))
    return { param: input.param, stage: target.name, kind: target.kind, ports: [] };
  const outputs = Object.entries(kind.outputs(target.params));
  const made = { param: input.param, stage: target.name, kind: target.kind };
  const asked = outputs.filter(([own]) => parsed.port === null || own === parsed.port);
  if (input.accepts === 'reported') {
    const shown = asked.filter(([, { type }]) => reported.has(type)).map(([own]) => own);
    if (parsed.port === null) return { ...made, ports: [...shown, 'facts'] };
    if (shown.length > 0) return { ...made, ports: shown };
  } else {
    const first = input.accepts.flatMap((type) => asked.filter(([, output]) => output.type === type))[0];
    if (first) return { ...made, ports: [first[0]] };
  }
  say(
    parsed.port !== null && asked.length === 0
      ? unknownPort(parsed.name, parsed.port, outputs)
      : wrongPort(stage, input, reference.text, outputs, names, kinds),
    reference,
  );
  return null;
}

/** `table.csv` is a file by its ending, though a stage `table` may have an output `csv`. */
function hiddenPort(text: string, names: Names, kinds: Kinds): Parameters<Say>[0] | null {
  const [, name = '', port = ''] = /^([A-Za-z][\w-]*)\.(\w+)$/.exec(text) ?? [];
  const target = isReference(text) ? undefined : names.find(name);
  if (!target || !Object.hasOwn(kinds(target.kind)?.outputs(target.params) ?? {}, port)) return null;
  return {
    code: 'unknown-port',
    message: `\`${text}\` is a file by its ending, and \`${name}\` is a stage with an output \`${port}\``,
    fix: `give the output a name that is no ending, such as \`${port}File\`; the file is \`./${text}\``,
  };
}

function unknownStage(stage: Stage, param: string, name: string, names: Names): Parameters<Say>[0] {
  const others = names.declared().filter((other) => other !== stage.declared);
  const near = nearest(name, others);
  return {
    code: 'unknown-stage',
    message: `\`${stage.name}\` ${/^(of$|in\.)/.test(param) ? 'refers to' : `takes its ${param} from`} \`${name}\`, which is not a stage`,
    fix:
      (near ? `did you mean \`${near}\`?` : `the stages are ${others.slice(0, 20).join(', ') || 'none'}`) +
      (stage.kind === 'command' ? `; a file of that name is written \`./…\`` : ''),
  };
}

type Outputs = readonly (readonly [string, { readonly type: string }])[];
const described = (outputs: Outputs): string =>
  outputs.map(([own, { type }]) => `${own} (${type})`).join(', ') || 'nothing';

function unknownPort(name: string, port: string, outputs: Outputs): Parameters<Say>[0] {
  const near = nearest(
    port,
    outputs.map(([own]) => own),
  );
  return {
    code: 'unknown-port',
    message: `\`${name}\` has no output \`${port}\``,
    fix: near ? `did you mean \`${name}.${near}\`?` : `it has ${described(outputs)}`,
  };
}

function wrongPort(
  stage: Stage,
  input: InputPort,
  text: string,
  outputs: Outputs,
  names: Names,
  kinds: Kinds,
): Parameters<Say>[0] {
  const accepts = input.accepts === 'reported' ? [...reported] : [...input.accepts];
  const fits = names
    .all()
    .filter((other) => other.name !== stage.name && !names.broken.has(other.name))
    .filter((other) =>
      Object.values(kinds(other.kind)?.outputs(other.params) ?? {}).some(({ type }) =>
        accepts.includes(type),
      ),
    );
  return {
    code: 'wrong-port-type',
    message: `\`${stage.name}\` takes a ${accepts.map((type) => (type === 'trained' ? 'trained model' : type)).join(' or ')} as its ${input.param}; \`${text}\` gives ${described(outputs)}`,
    ...(fits.length > 0
      ? {
          fix: `${fits
            .slice(0, 8)
            .map((other) => other.name)
            .join(', ')} would fit`,
        }
      : {}),
  };
}

/** The name of the stage that gives a value, or null when that was told to be wrong. */
function giverOf(
  reference: FoundReference,
  name: string,
  value: string,
  names: Names,
  kinds: Kinds,
  say: Say,
): string | null {
  const target = names.find(name);
  if (!target) {
    const declared = names.find(parseReference(name)?.declared ?? '');
    if (declared && names.broken.has(declared.name)) return null;
    const near = nearest(name, names.declared());
    say(
      {
        code: 'unknown-stage',
        message: `\`${name}\` is not a stage`,
        fix: near
          ? `did you mean \`${near}\`?`
          : `the stages are ${names.declared().slice(0, 20).join(', ')}`,
      },
      reference,
    );
    return null;
  }
  if (names.broken.has(target.name)) return target.name;
  const values = Object.keys(kinds(target.kind)?.values(target.params) ?? {});
  if (values.includes(value)) return target.name;
  const near = nearest(value, values);
  const gives = values.length > 0 ? `it gives ${values.join(', ')}` : 'it gives none';
  say(
    {
      code: 'unknown-value',
      message: `\`${name}\` gives no value \`${value}\``,
      fix: near ? `did you mean \`${near}\`?` : gives,
    },
    reference,
  );
  return null;
}
