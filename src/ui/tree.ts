/** A graph as a tree that a person reads from top to bottom: each node once, under the last of those that it needs. */
import { listed } from '../plan/reason.ts';
import { padded, widthOf } from './text.ts';

export interface TreeNode {
  readonly name: string;
  /** Nodes before it that it needs. */
  readonly needs: readonly string[];
  /** Beside the name, in a column of its own. */
  readonly note: string;
}

/** `nodes` in an order in which each follows what it needs. Further needs are named after a `+`. */
export function drawTree(nodes: readonly TreeNode[]): string {
  const lines = branch(null, childrenOf(nodes), '');
  const width = Math.max(...lines.map(([text]) => widthOf(text)));
  return lines.map(([text, note]) => `${padded(text, width)}  ${note}`.trimEnd()).join('\n');
}

type Children = ReadonlyMap<string | null, readonly TreeNode[]>;

/** A node's parent is the deepest of its needs, so that a chain reads as a chain. */
function childrenOf(nodes: readonly TreeNode[]): Children {
  const depths = new Map<string, number>();
  const children = new Map<string | null, TreeNode[]>();
  for (const node of nodes) {
    const parent = deepest(node.needs, depths);
    depths.set(node.name, parent === null ? 0 : (depths.get(parent) ?? 0) + 1);
    const others = node.needs.filter((name) => name !== parent);
    const own = others.length > 0 ? { ...node, needs: others } : { ...node, needs: [] };
    children.set(parent, [...(children.get(parent) ?? []), own]);
  }
  return children;
}

function deepest(names: readonly string[], depths: ReadonlyMap<string, number>): string | null {
  return names.reduce<string | null>(
    (best, name) => (best !== null && (depths.get(best) ?? 0) >= (depths.get(name) ?? 0) ? best : name),
    null,
  );
}

function branch(parent: string | null, children: Children, indent: string): [string, string][] {
  const own = children.get(parent) ?? [];
  return own.flatMap((node, i) => {
    const last = i === own.length - 1;
    const [fork, below] = parent === null ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  '];
    const others = node.needs.length > 0 ? ` + ${listed(node.needs)}` : '';
    const line: [string, string] = [`${indent}${fork}${node.name}${others}`, node.note];
    return [line, ...branch(node.name, children, `${indent}${below}`)];
  });
}
