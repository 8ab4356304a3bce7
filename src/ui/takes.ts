/** What the stages of a file will take, a line for each. */
import type { Graph } from '../pipeline/pipeline.ts';
import type { Takes } from '../stages/kind.ts';

/** Cells that take the same share a line. */
export function formatTakes({ order, takes }: Graph): string[] {
  const lines = new Map<string, string[]>();
  for (const { name, declared } of order) {
    const own = takes[name];
    if (!own) continue;
    const key = `${declared}\0${sentence(own)}`;
    lines.set(key, [...(lines.get(key) ?? []), name]);
  }
  const named = [...lines].map(([key, names]) => {
    const [declared = '', text = ''] = key.split('\0');
    const [first = ''] = names;
    return { name: names.length > 1 ? `${declared} (${names.length} cells)` : first, text };
  });
  const width = Math.max(...named.map(({ name }) => name.length));
  return named.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`);
}

function sentence({ parameters, multiplyAdds, memory }: Takes): string {
  if (memory === undefined)
    return `${grouped(parameters)} parameters, ${amount(multiplyAdds)} multiply-adds an example`;
  const work = multiplyAdds > 0 ? `, ${amount(multiplyAdds)} multiply-adds` : '';
  return `about ${(memory / 1e9).toFixed(1)} GB of memory${work}`;
}

/** `1,217,354`. Intl would take longer to load than all the rest. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

const words = ['', ' thousand', ' million', ' billion', ' trillion', ' quadrillion'] as const;

/** `155 million`, to three digits. */
function amount(count: number): string {
  const step = Math.min(words.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${Number((count / 1000 ** step).toPrecision(3))}${words[step] ?? ''}`;
}
