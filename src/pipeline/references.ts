/** The references that a stage holds, found in its tree: those of its ports, and `${stages.…}`. */
import type { Kind } from '../stages/kind.ts';
import { child, type Node, toJson, type Where, where } from './nodes.ts';
import { deferredForm, parseReference } from './reference.ts';

export interface FoundReference {
  readonly path: readonly string[];
  /** `train`, `train.trained`, `train[seed=1]`; for a value `tune.best.rate`. */
  readonly text: string;
  /** May stand for several stages. */
  readonly list: boolean;
  /** A value's, written `${stages.…}`. */
  readonly value: boolean;
  readonly where: Where;
}

export function findReferences(node: Node, kind: Kind): FoundReference[] {
  const json = toJson(node);
  const params =
    typeof json === 'object' && json !== null && !Array.isArray(json)
      ? Object.fromEntries(Object.entries(json))
      : {};
  const ports = kind.inputs(params).flatMap(({ param, list }) => {
    const path = param.split('.');
    const found = path.reduce<Node | undefined>(child, node);
    const items =
      found?.type === 'list'
        ? found.items.map((item, i) => [item, [...path, String(i)]] as const)
        : found
          ? [[found, path] as const]
          : [];
    return items.flatMap(([item, at]) =>
      item.type === 'scalar' && typeof item.value === 'string' && parseReference(item.value)
        ? [
            {
              path: at,
              text: item.value,
              list: (list ?? false) && found?.type === 'list',
              value: false,
              where: where(node, at),
            },
          ]
        : [],
    );
  });
  return [...ports, ...values(node, [], node)];
}

function values(node: Node, path: readonly string[], root: Node): FoundReference[] {
  if (node.type === 'list') return node.items.flatMap((item, i) => values(item, [...path, String(i)], root));
  if (node.type === 'map')
    return [...node.entries].flatMap(([key, { value }]) => values(value, [...path, key], root));
  const found = typeof node.value === 'string' ? deferredForm.exec(node.value) : null;
  return found
    ? [{ path, text: `${found[1]}.${found[2]}`, list: false, value: true, where: where(root, path) }]
    : [];
}

/** The tree with a reference pointing to these stages instead. */
export function withReference(node: Node, reference: FoundReference, names: readonly string[]): Node {
  const port = parseReference(reference.text)?.port;
  const texts = names.map((name) => (port == null ? name : `${name}.${port}`));
  const written = reference.value ? texts.map((text) => `\${stages.${text}}`) : texts;
  return replaced(node, reference.path, written);
}

function replaced(node: Node, path: readonly string[], texts: readonly string[]): Node {
  const [step = '', ...rest] = path;
  if (node.type === 'list') {
    const items = node.items.flatMap((item, i) => {
      if (String(i) !== step) return [item];
      return rest.length > 0 ? [replaced(item, rest, texts)] : texts.map((text) => renamed(item, text));
    });
    return { ...node, items };
  }
  const entry = node.type === 'map' ? node.entries.get(step) : undefined;
  if (node.type !== 'map' || !entry) return node;
  const value = rest.length > 0 ? replaced(entry.value, rest, texts) : renamed(entry.value, texts[0] ?? '');
  return { ...node, entries: new Map([...node.entries, [step, { ...entry, value }]]) };
}

function renamed(node: Node, text: string): Node {
  return { ...node, type: 'scalar', value: text };
}
