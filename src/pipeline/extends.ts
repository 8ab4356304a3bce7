/** `extends`: the tree of a file, laid over those of the files that it builds on. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Diagnostic, Place, Result } from '../diagnostics/diagnostic.ts';
import { isWithin } from '../diagnostics/within.ts';
import { missingFileFix } from './likely-file.ts';
import { child, type MapNode, merge, type Node } from './nodes.ts';
import { parseYaml } from './yaml.ts';

export interface Tree {
  readonly root: MapNode;
  /** The text of the file and of those that it builds on. */
  readonly sources: { readonly [file: string]: string };
  /** By file that it builds on: where that is said. */
  readonly bases: ReadonlyMap<string, Place>;
  readonly warnings: readonly Diagnostic[];
}

/** By absolute path. */
export type Texts = ReadonlyMap<string, string>;

const longestChain = 10;

/** `texts` stand for the files of their paths. */
export function readTree(file: string, projectRoot: string, texts: Texts = new Map()): Result<Tree> {
  const text = read(file, texts);
  if (text === null)
    return refuse({
      code: 'file-not-found',
      message: `there is no readable file \`${file}\``,
      fix: missingFileFix(file),
    });
  const parsed = parseMap(text, file);
  if (!parsed.ok) return parsed;
  const reading: Reading = { projectRoot, texts, bases: new Map(), sources: { [file]: text }, warnings: [] };
  const laid = layOver(parsed.value, file, reading, [resolve(file)]);
  const { bases, sources, warnings } = reading;
  return laid.ok ? { ok: true, value: { root: laid.value, sources, bases, warnings } } : laid;
}

/** What is filled while files are read. */
interface Reading {
  readonly projectRoot: string;
  readonly texts: Texts;
  readonly bases: Map<string, Place>;
  readonly sources: { [file: string]: string };
  readonly warnings: Diagnostic[];
}

function layOver(root: MapNode, file: string, reading: Reading, chain: readonly string[]): Result<MapNode> {
  const given = child(root, 'extends');
  if (given?.type !== 'scalar' || typeof given.value !== 'string') return { ok: true, value: root };
  const base = readBase(given.value, given.place, file, reading, chain);
  if (!base.ok) return base;
  reading.bases.set(base.value.file, given.place);
  const below = layOver(base.value.root, base.value.file, reading, [...chain, resolve(base.value.file)]);
  if (!below.ok) return below;
  if (!root.entries.has('name')) return refuse(unnamed(given.place));
  // What the base extends is done with; its profiles and vars are there to be changed.
  const entries = new Map([...below.value.entries].filter(([key]) => key !== 'extends'));
  const merged = merge({ ...below.value, entries, place: root.place }, root, '`extends`', reading.warnings);
  return { ok: true, value: merged.type === 'map' ? merged : root };
}

function readBase(
  path: string,
  place: Place,
  file: string,
  { projectRoot, texts, sources }: Reading,
  chain: readonly string[],
): Result<{ root: MapNode; file: string }> {
  const base = relative(process.cwd(), resolve(dirname(file), path)) || path;
  if (isOutside(projectRoot, resolve(base)))
    return refuse({
      code: 'path-outside',
      message: `\`${path}\` is outside of the project`,
      place,
      fix: 'extend a file of the project',
    });
  if (chain.includes(resolve(base)) || chain.length > longestChain) {
    const way = [...chain, resolve(base)].map((one) => relative(projectRoot, one)).join(' → ');
    return refuse({
      code: 'cycle',
      message: `files extend each other: ${way}`,
      place,
      fix: 'remove one `extends`',
    });
  }
  const text = read(base, texts);
  if (text === null)
    return refuse({
      code: 'file-not-found',
      message: `there is no readable file \`${path}\` to extend`,
      place,
      fix: 'look at the path; it is taken from the folder of this file',
    });
  sources[base] = text;
  const parsed = parseMap(text, base);
  return parsed.ok ? { ok: true, value: { root: parsed.value, file: base } } : parsed;
}

function parseMap(text: string, file: string): Result<MapNode> {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const root: Node = parsed.value;
  if (root.type === 'map') return { ok: true, value: root };
  const message = 'a pipeline is a map with version, name and stages';
  return refuse({ code: 'wrong-type', message, place: root.place });
}

/** Links are followed: a link out of the project leads out of it. */
export function isOutside(projectRoot: string, path: string): boolean {
  return !isWithin(real(projectRoot), real(path));
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function read(file: string, texts: Texts): string | null {
  try {
    return texts.get(resolve(file)) ?? readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

const unnamed = (place: Place): Omit<Diagnostic, 'severity'> => ({
  code: 'missing-key',
  message: 'a file that extends another needs a `name` of its own',
  place,
  fix: 'add `name`: outputs are kept under it',
});

function refuse(what: Omit<Diagnostic, 'severity'>): Result<never> {
  return { ok: false, diagnostics: [{ severity: 'error', ...what }] };
}
