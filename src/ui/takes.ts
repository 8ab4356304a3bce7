/** What the stages of a file will take, a line for each. */
import type { Graph, TakesBetween } from '../pipeline/pipeline.ts';
import type { Takes } from '../stages/kind.ts';

/** Cells that take the same share a line. */
export function formatTakes({ order, takes, trialsTake }: Graph): string[] {
  const lines = new Map<string, string[]>();
  const add = (declared: string, name: string, between: TakesBetween): void => {
    const key = `${declared}\0${sentence(between)}`;
    lines.set(key, [...(lines.get(key) ?? []), name]);
  };
  const [ofStages, ofTrials] = [new Map(Object.entries(takes)), new Map(Object.entries(trialsTake))];
  for (const { name, declared } of order) {
    const own = ofStages.get(name);
    if (own) add(declared, name, [own, own]);
    for (const [stage, between] of Object.entries(ofTrials.get(name) ?? {}))
      add(`${declared}, each ${stage}`, `${name}, each ${stage}`, between);
  }
  const named = [...lines].map(([key, names]) => {
    const [declared = '', text = ''] = key.split('\0');
    const [first = ''] = names;
    return { name: names.length > 1 ? `${declared} (${names.length} cells)` : first, text };
  });
  const width = Math.max(...named.map(({ name }) => name.length));
  return named.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`);
}

function sentence([least, most]: TakesBetween): string {
  const told = (of: (takes: Takes) => string): string =>
    of(least) === of(most) ? of(most) : `${of(least)} to ${of(most)}`;
  const work = told(({ multiplyAdds }) => amount(multiplyAdds));
  if (most.memory === undefined)
    return `${told(({ parameters }) => grouped(parameters))} parameters, ${work} multiply-adds an example`;
  const memory = told(({ memory = 0 }) => (memory / 1e9).toFixed(1));
  return `about ${memory} GB of memory${most.multiplyAdds > 0 ? `, ${work} multiply-adds` : ''}`;
}

/** `1,217,354`. Intl would take longer to load than all the rest. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

const words = ['', ' thousand', ' million', ' billion', ' trillion', ' quadrillion'] as const;

/** `155 million`, to three digits. */
function amount(count: number): string {
  const step = Math.min(words.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${Number((count / 1000 ** step).toPrecision(3))}${words[step] ?? ''}`;
}
