/** The kinds that a pipeline's stages may be of: the built-in ones, and the modules of its project. */
import { dirname, relative, resolve, sep } from 'node:path';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { startsCode } from '../stages/custom/kind.ts';
import type { Kind } from '../stages/kind.ts';
import { kindNamed } from '../stages/registry.ts';
import { tuneKind } from '../stages/tune/kind.ts';
import { type CustomKind, readCustomKind } from './custom.ts';
import { child, type Entry, type MapNode, type Node, textOf } from './nodes.ts';
import { type Validator, validators } from './validator.ts';

const builtIn = new Map([...validators].filter(([schema]) => kindNamed(schema)));
const moduleForm = /^\.{0,2}\/|^[A-Za-z]:[\\/]/;

/** What others use of them. */
export type KnownKinds = Pick<Kinds, 'named' | 'validator' | 'names' | 'problems' | 'fromRoot'>;

export class Kinds {
  readonly #root: string;
  readonly #allowCode: boolean;
  readonly #custom = new Map<string, ReturnType<typeof readCustomKind>>();
  readonly #tune = tuneKind((name) => this.named(name));
  /** Of a trial's kinds that are named from the root. */
  readonly #places = new WeakSet<Place>();

  /** `allowCode: false` refuses commands and modules. */
  constructor(root: string, { allowCode }: { allowCode: boolean }) {
    this.#root = root;
    this.#allowCode = allowCode;
  }

  /** By name; a module's name is its path from the root, `./stages/count.ts`. A search knows them, too. */
  readonly named = (name: string): Kind | undefined =>
    name === this.#tune.name ? this.#tune : (kindNamed(name) ?? this.#module(name)?.kind);

  validator(name: string): Validator | undefined {
    return builtIn.get(name) ?? this.#module(name)?.validator;
  }

  names(): string[] {
    return [...builtIn.keys()];
  }

  /** Why stages of this kind can't be had; `place` is where the kind is said. */
  problems(name: string, place: Place): Diagnostic[] {
    const kind = this.named(name);
    if (kind && !this.#allowCode && startsCode(kind)) return [{ severity: 'error', ...refused(name), place }];
    const read = this.#custom.get(name);
    if (!Array.isArray(read)) return [];
    return read.map((problem: Omit<Diagnostic, 'severity'>) => ({
      ...problem,
      severity: 'error',
      place: problem.place ?? place,
      ...(problem.place ? { related: [{ message: 'the stage is here', place }] } : {}),
    }));
  }

  /** Every stage with a module names it from the root, so that a kind has one name wherever it is said. */
  fromRoot(stages: MapNode, mainFile: string): MapNode {
    const mayName = ({ value }: Entry): boolean => saysModule(value) || child(value, 'trial')?.type === 'map';
    if (![...stages.entries.values()].some(mayName)) return stages;
    const entries = new Map(
      [...stages.entries].map(([name, entry]) => {
        const value = this.#withModule(entry.value, mainFile);
        const isSearch = (textOf(child(value, 'kind')) ?? name) === this.#tune.name;
        return [name, { ...entry, value: isSearch ? this.#withTrial(value, mainFile) : value }];
      }),
    );
    return { ...stages, entries };
  }

  /** When the trial is read, the space may have given more kinds: these alone are then named from the root. */
  #withTrial(tune: Node, mainFile: string): Node {
    const entry = tune.type === 'map' ? tune.entries.get('trial') : undefined;
    if (tune.type !== 'map' || entry?.value.type !== 'map') return tune;
    const trial = this.fromRoot(entry.value, mainFile);
    for (const { value } of trial.entries.values()) {
      const kind = saysModule(value) ? child(value, 'kind') : undefined;
      if (kind) this.#places.add(kind.place);
    }
    return { ...tune, entries: new Map([...tune.entries, ['trial', { ...entry, value: trial }]]) };
  }

  #withModule(stage: Node, mainFile: string): Node {
    const kind = child(stage, 'kind');
    const said = textOf(kind);
    const entry = stage.type === 'map' ? stage.entries.get('kind') : undefined;
    if (stage.type !== 'map' || !entry || !kind || said === undefined || !moduleForm.test(said)) return stage;
    if (this.#places.has(kind.place)) return stage;
    const from = kind.place.file.startsWith('--') ? mainFile : kind.place.file;
    const path = relative(this.#root, resolve(dirname(from), said))
      .split(sep)
      .join('/');
    const value: Node = { ...kind, type: 'scalar', value: `./${path}` };
    return { ...stage, entries: new Map([...stage.entries, ['kind', { ...entry, value }]]) };
  }

  #module(name: string): CustomKind | undefined {
    if (!moduleForm.test(name)) return undefined;
    const read = this.#custom.get(name) ?? readCustomKind(resolve(this.#root, name), this.#root);
    this.#custom.set(name, read);
    return 'kind' in read ? read : undefined;
  }
}

const saysModule = (stage: Node): boolean => moduleForm.test(textOf(child(stage, 'kind')) ?? '');

const refused = (name: string): Omit<Diagnostic, 'severity'> => ({
  code: 'code-refused',
  message: `this stage starts code (${name}), and --no-commands refuses that`,
  fix: 'read what it would run, then leave out --no-commands',
});
