/** What a search's schema can't say: ranges that hold something, names and metrics that exist. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { nearest } from '../../diagnostics/suggest.ts';
import { type Range, readSpace } from '../../tune/space.ts';
import type { CheckInput, Json } from '../kind.ts';

/** The values that a training gives. */
const metrics = ['accuracy', 'loss', 'valAccuracy', 'valLoss'];
/** Columns of trials.csv and the value `best.objective`. */
const reserved = ['trial', 'objective', 'failed'];

export function checkTune(input: CheckInput): Diagnostic[] {
  const space = readSpace(input.params.space);
  const ranges = [...space].flatMap(([name, dimension]) => {
    const mistake = wrongName(name) ?? wrongForm(name, input.params.space);
    const wrong = mistake ?? (dimension.type === 'choice' ? null : wrongRange(name, dimension));
    return wrong === null ? [] : [input.at(`space.${name}`, { code: 'invalid-range', message: wrong })];
  });
  return [...ranges, ...unknownMetric(input)];
}

function wrongName(name: string): string | null {
  return reserved.includes(name) ? `\`${name}\` is the name of a column of the trials, not of a value` : null;
}

function wrongForm(name: string, space: Json | undefined): string | null {
  const dimension = new Map(Object.entries(space ?? {})).get(name) ?? {};
  const given = Object.keys(dimension);
  const types = given.filter((key) => ['int', 'float', 'choice'].includes(key));
  if (types.length !== 1)
    return `\`${name}\` needs one of int, float, choice; it has ${types.join(' and ') || 'none'}`;
  const extra = given.find((key) => key === 'step' || key === 'log');
  if (types[0] === 'choice' && extra) return `\`${name}\` is a choice, which has no ${extra}`;
  return null;
}

function wrongRange(name: string, { type, low, high, step, log }: Range): string | null {
  if (low >= high) return `\`${name}\` runs from ${low} to ${high}: the first must be the smaller`;
  if (log && low <= 0) return `\`${name}\` is logarithmic from ${low}: that needs numbers above 0`;
  if (log && step !== null) return `\`${name}\` has both log and step: only one of them can space its values`;
  if (step === null) return null;
  if (type === 'int' && !Number.isInteger(step))
    return `\`${name}\` is an int with a step of ${step}: that must be whole`;
  if (step > (high - low) * (1 + 1e-9))
    return `\`${name}\` runs from ${low} to ${high}: a step of ${step} doesn't fit`;
  return null;
}

function unknownMetric({ params, at }: CheckInput): Diagnostic[] {
  const [way, metric] = Object.entries(params.objective ?? {})[0] ?? [];
  if (typeof metric !== 'string' || metrics.includes(metric) || metric.startsWith('${')) return [];
  const message = `a training gives no \`${metric}\`, only ${metrics.join(', ')}`;
  const near = nearest(metric, metrics);
  const fix = near === undefined ? {} : { fix: `did you mean \`${near}\`?` };
  return [at(`objective.${way}`, { code: 'unknown-value', message, ...fix })];
}
