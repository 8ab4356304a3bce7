import type { LineageStage } from '../../plan/lineage.ts';
import type { Input } from '../inputs.ts';
import type { Section } from '../section.ts';
import { lineHeight, linesOf, widest, wrapped } from '../wrap.ts';

/** The stages that this report shows and all that they came from, left to right. */
export function graph({ graph: all }: Input): Section | null {
  if (all.length === 0) return null;
  const graph = all.length > mostNodes ? withoutCells(all) : all;
  const level = levels(graph);
  const columns = Math.max(...level.values()) + 1;
  const ways = waysPast(graph, level);
  const rows = Array.from({ length: columns }, (_, column) => [
    ...ways.filter((way) => way.column === column),
    ...graph.filter((node) => level.get(node.name) === column),
  ]);
  const tallest = Math.max(...rows.map((nodes) => nodes.length));
  const boxWidth = Math.max(64, Math.min(widest(graph.map((node) => node.name)) + 18, mostWide(columns)));
  const drawn = new Map(graph.map(({ name }) => [name, wrapped(name, boxWidth - 18)]));
  const lines = (name: string): number => linesOf(drawn.get(name) ?? '');
  const row = Math.max(62, lineHeight * Math.max(...graph.map(({ name }) => lines(name))) + 32);
  const height = Math.max(110, tallest * row + 60);
  const placed = rows.flatMap((nodes, column) =>
    nodes.map((node, i) => ({
      name: node.name,
      value: [column, (i - (nodes.length - 1) / 2) / tallest, node.kind],
      ...('past' in node
        ? { symbolSize: 0, label: { show: false } }
        : {
            symbolSize: [boxWidth, 16 + lineHeight * lines(node.name)],
            label: { formatter: drawn.get(node.name) ?? '' },
          }),
    })),
  );
  const hidden = { type: 'value', show: false };
  return {
    title: 'Graph',
    plots: [
      {
        id: 'graph',
        title: 'Stages, and what each is made from',
        wide: true,
        height,
        option: {
          grid: { left: boxWidth / 2 + 4, right: boxWidth / 2 + 4, top: 8, bottom: 8 },
          xAxis: { ...hidden, min: 0, max: Math.max(1, columns - 1) },
          yAxis: { ...hidden, min: -0.5, max: 0.5, inverse: true },
          series: [
            {
              type: 'graph',
              coordinateSystem: 'cartesian2d',
              symbol: 'rect',
              // A symbol's border is stretched with it: the label's box is drawn instead.
              label: {
                show: true,
                color: 'var(--ink)',
                fontSize: 12,
                lineHeight,
                width: boxWidth - 18,
                padding: [8, 9],
                backgroundColor: 'var(--tint)',
                borderColor: 'var(--c1)',
                borderWidth: 1.2,
                borderRadius: 6,
              },
              itemStyle: { color: 'var(--tint)', borderWidth: 0, opacity: 1 },
              lineStyle: { color: 'var(--soft)', width: 1.3, opacity: 1 },
              emphasis: { disabled: true },
              data: placed,
              links: links(graph, ways, level),
            },
          ],
        },
        columns: ['stage', 'kind', 'made from'],
        rows: all.map((node) => [node.name, node.kind, node.from.join(' ')]),
      },
    ],
  };
}

/** With a gap between two columns, in a picture of 900 pixels. */
const mostWide = (columns: number): number => Math.floor((900 - 8 - 18 * (columns - 1)) / columns);

/** More are told apart by nobody. */
const mostNodes = 40;

/** One node for all cells of a stage: `train (12 cells)`. */
function withoutCells(graph: readonly LineageStage[]): LineageStage[] {
  const base = (name: string): string => name.replace(/\[.*\]$/, '');
  const cells = new Map<string, LineageStage[]>();
  for (const node of graph) cells.set(base(node.name), [...(cells.get(base(node.name)) ?? []), node]);
  const named = (name: string): string => {
    const count = cells.get(base(name))?.length ?? 1;
    return count === 1 ? name : `${base(name)} (${count} cells)`;
  };
  return [...cells.values()].flatMap(([first, ...others]) =>
    first
      ? [
          {
            ...first,
            name: named(first.name),
            from: [...new Set([first, ...others].flatMap((node) => node.from.map(named)))],
          },
        ]
      : [],
  );
}

/** A place in a column that a line leads through, past the stages there. */
interface Way {
  readonly name: string;
  readonly kind: string;
  readonly column: number;
  /** The stage whose output leads past. */
  readonly past: string;
}

/** One for each column between a stage and the last that takes from it. */
function waysPast(graph: readonly LineageStage[], level: ReadonlyMap<string, number>): Way[] {
  return graph.flatMap(({ name }) => {
    const from = level.get(name) ?? 0;
    const users = graph.filter((other) => other.from.includes(name));
    const last = Math.max(from, ...users.map((other) => (level.get(other.name) ?? 0) - 1));
    return Array.from({ length: last - from }, (_, i) => {
      const column = from + 1 + i;
      return { name: wayIn(name, column), kind: '', column, past: name };
    });
  });
}

const wayIn = (stage: string, column: number): string => `${stage} → ${column}`;

function links(
  graph: readonly LineageStage[],
  ways: readonly Way[],
  level: ReadonlyMap<string, number>,
): readonly { readonly source: string; readonly target: string }[] {
  /** What stands for a stage just left of a column. */
  const before = (stage: string, column: number): string =>
    column - 1 === level.get(stage) ? stage : wayIn(stage, column - 1);
  return [
    ...ways.map(({ name, past, column }) => ({ source: before(past, column), target: name })),
    ...graph.flatMap((node) =>
      node.from.map((source) => ({
        source: before(source, level.get(node.name) ?? 0),
        target: node.name,
      })),
    ),
  ];
}

/** A stage stands right of all that it is made from, and one that is made from nothing just left of what needs it; `graph` is in topological order. */
function levels(graph: readonly LineageStage[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name, from } of graph)
    found.set(name, Math.max(-1, ...from.map((source) => found.get(source) ?? -1)) + 1);
  for (const { name, from } of graph) {
    const users = graph
      .filter((other) => other.from.includes(name))
      .map((other) => found.get(other.name) ?? 0);
    if (from.length === 0 && users.length > 0) found.set(name, Math.max(0, Math.min(...users) - 1));
  }
  return found;
}
