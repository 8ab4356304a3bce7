/** What a search's schema can't say: ranges that hold something, conditions that can hold, names and metrics that exist. */
import type { Code } from '../../diagnostics/codes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { nearest } from '../../diagnostics/suggest.ts';
import type { Stages } from '../../generated/types.ts';
import { gridSize } from '../../tune/grid-search.ts';
import {
  type Dimension,
  isValueOf,
  type Range,
  readSpace,
  type Space,
  type Value,
  valuesOf,
} from '../../tune/space.ts';
import type { CheckInput, Json, ParamProblem } from '../kind.ts';
import { paramsOf } from '../params.ts';

/** The values that a training gives. */
const metrics = ['accuracy', 'loss', 'valAccuracy', 'valLoss'];
/** Columns of trials.csv and the value `best.objective`. */
export const reserved = ['trial', 'status', 'objective', 'error', 'epochs', 'reason'];

/** A larger grid is no search that anybody waits for. */
const largestGrid = 100_000;

/** Nearly all are of one code. */
type Problem = Omit<ParamProblem, 'code'> & { readonly code?: Code };

export function checkTune(input: CheckInput): Diagnostic[] {
  const given = input.params.space;
  const space = readSpace(given);
  const names = Object.keys(given ?? {});
  const problems = [
    ...names.flatMap((name) => wrongDimension(name, given, space)),
    ...wrongSearch(paramsOf('tune', input.params)),
    ...tooLargeGrid(paramsOf('tune', input.params), space),
  ].map(({ path, ...what }) => input.at(path, { code: 'invalid-range', ...what }));
  return [...problems, ...unknownMetric(input)];
}

function wrongDimension(name: string, given: Json | undefined, space: Space): Problem[] {
  const path = `space.${name}`;
  const wrong = wrongName(name) ?? wrongForm(name, given);
  if (wrong !== null) return [{ path, message: wrong }];
  const dimension = space.get(name);
  if (!dimension) return [{ path: `${path}.when`, ...wrongConditionOfMissing(name, given) }];
  const range = dimension.type === 'choice' ? [] : wrongRange(name, dimension);
  return [...range, ...wrongConditions(name, dimension, space)];
}

function wrongName(name: string): string | null {
  return reserved.includes(name) ? `\`${name}\` is the name of a column of the trials, not of a value` : null;
}

function wrongForm(name: string, space: Json | undefined): string | null {
  const dimension = new Map(Object.entries(space ?? {})).get(name) ?? {};
  // Of what stands here, `log: false` is its default.
  const given = Object.entries(dimension).flatMap(([key, value]) => (value === false ? [] : [key]));
  const types = given.filter((key) => ['int', 'float', 'choice'].includes(key));
  if (types.length !== 1)
    return `\`${name}\` needs one of int, float, choice; it has ${types.join(' and ') || 'none'}`;
  const extra = given.find((key) => key === 'step' || key === 'log');
  if (types[0] === 'choice' && extra) return `\`${name}\` is a choice, which has no ${extra}`;
  return null;
}

function wrongRange(name: string, { type, low, high, step, log }: Range): Problem[] {
  const range = `space.${name}.${type}`;
  if (low >= high)
    return [
      { path: range, message: `\`${name}\` runs from ${low} to ${high}: the first must be the smaller` },
    ];
  if (log && low <= 0)
    return [{ path: range, message: `\`${name}\` is logarithmic from ${low}: that needs numbers above 0` }];
  const why = step === null ? null : wrongStep(step, { type, low, high, log });
  return why === null ? [] : [{ path: `space.${name}.step`, message: `\`${name}\` ${why}` }];
}

function wrongStep(step: number, { type, low, high, log }: Omit<Range, 'step' | 'when'>): string | null {
  if (log) return 'has both log and step: only one of them can space its values';
  if (type === 'int' && !Number.isInteger(step))
    return `is an int with a step of ${step}: that must be whole`;
  return step > (high - low) * (1 + 1e-9)
    ? `runs from ${low} to ${high}: a step of ${step} doesn't fit`
    : null;
}

/** Not in the space, since what it depends on isn't: it names what there is not, or itself through others. */
function wrongConditionOfMissing(name: string, space: Json | undefined): Omit<Problem, 'path'> {
  const all = new Map<string, Json>(Object.entries(space ?? {}));
  const conditions = Object.keys(new Map(Object.entries(all.get(name) ?? {})).get('when') ?? {});
  const missing = conditions.find((other) => !all.has(other));
  if (missing === undefined)
    return { message: `\`${name}\` depends on itself: ${conditions.join(', ')} can't be known before it` };
  const near = nearest(
    missing,
    [...all.keys()].filter((other) => other !== name),
  );
  return {
    message: `\`${missing}\` is no dimension of the space`,
    ...(near === undefined ? {} : { fix: `did you mean \`${near}\`?` }),
  };
}

function wrongConditions(name: string, { when }: Dimension, space: Space): Problem[] {
  return [...when].flatMap(([other, allowed]) => {
    const dimension = space.get(other);
    const possible = dimension ? valuesOf(dimension) : null;
    const path = `space.${name}.when.${other}`;
    if (possible === null)
      return [
        { path, message: `\`${other}\` is a continuous range: it never has exactly one of these values` },
      ];
    const impossible = dimension && allowed.find((value) => !isValueOf(dimension, value));
    if (impossible === undefined) return [];
    const some = firstOf(possible, 1000);
    const near = nearest(String(impossible), some.map(String));
    const fix =
      near === undefined ? `it may be ${some.slice(0, 12).join(', ')}` : `did you mean \`${near}\`?`;
    return [{ path, message: `\`${other}\` is never ${impossible}`, fix }];
  });
}

function firstOf(values: Iterable<Value>, most: number): Value[] {
  const first: Value[] = [];
  for (const value of values) if (first.push(value) === most) break;
  return first;
}

function tooLargeGrid({ search }: Stages['tune'], space: Space): Problem[] {
  if (!search.grid || gridSize(space, search.grid.values, largestGrid + 1) <= largestGrid) return [];
  return [
    {
      path: 'search.grid',
      code: 'too-large',
      message: `the grid has more than ${largestGrid} points`,
      fix: 'give ranges that are not logarithmic a `step` or take a larger one, or search by `random` or `tpe`',
    },
  ];
}

function wrongSearch({ search, epochs, prune }: Stages['tune']): Problem[] {
  const [name = '', halving] = search.halving
    ? (['halving', search.halving] as const)
    : (['hyperband', search.hyperband] as const);
  const problems: Problem[] = [];
  if (halving && halving.minEpochs > epochs)
    problems.push({
      path: `search.${name}.minEpochs`,
      message: `the first comparison comes after ${halving.minEpochs} epochs, the search has ${epochs}`,
      fix: 'lower minEpochs, or raise epochs',
    });
  if (halving && prune)
    problems.push({
      path: 'prune',
      message: `${name} already ends trials that will not win`,
      fix: 'remove `prune`',
    });
  if (
    search.hyperband &&
    search.hyperband.minEpochs <= epochs &&
    epochs < search.hyperband.factor * search.hyperband.minEpochs
  )
    problems.push(
      comparesNothing(
        'search.hyperband',
        `${epochs} epochs are not ${search.hyperband.factor} times minEpochs`,
        'raise epochs',
      ),
    );
  if (search.halving && search.halving.trials < search.halving.factor)
    problems.push(
      comparesNothing(
        'search.halving.trials',
        `of ${search.halving.trials} trials none is left behind by a factor of ${search.halving.factor}`,
        'raise trials',
      ),
    );
  const trials = search.random?.trials ?? search.tpe?.trials;
  if (prune && trials !== undefined && prune.median.startup >= trials)
    problems.push(
      comparesNothing(
        'prune.median.startup',
        `it is first asked after ${prune.median.startup} trials, the search has ${trials}`,
        'lower startup, or raise trials',
      ),
    );
  if (prune && prune.median.warmup >= epochs)
    problems.push({
      path: 'prune.median.warmup',
      message: `it is first asked after ${prune.median.warmup} epochs, the search has ${epochs}`,
      fix: 'lower warmup, or raise epochs',
    });
  return problems;
}

const comparesNothing = (path: string, why: string, fix: string): Problem => ({
  ...{ path, severity: 'warning', code: 'never-acts', fix },
  message: `${why}: no trial is ended early`,
});

function unknownMetric({ params, inputs, at }: CheckInput): Diagnostic[] {
  const [way, metric] = Object.entries(params.objective ?? {})[0] ?? [];
  if (typeof metric !== 'string' || metric.startsWith('${')) return [];
  const place = `objective.${way}`;
  if (!metrics.includes(metric)) {
    const message = `a training gives no \`${metric}\`, only ${metrics.join(', ')}`;
    const near = nearest(metric, metrics);
    const fix = near === undefined ? {} : { fix: `did you mean \`${near}\`?` };
    return [at(place, { code: 'unknown-value', message, ...fix })];
  }
  const data = Object.values(inputs).flatMap((forms) =>
    forms.flatMap((form) => (form?.type === 'dataset' && form.rows ? [form.rows.validation] : [])),
  );
  if (!metric.startsWith('val') || data.length === 0 || data.some((rows) => rows > 0)) return [];
  const message = `there are no validation rows, so there is no ${metric}`;
  return [at(place, { code: 'unknown-metric', message, fix: 'keep some rows for validation' })];
}
