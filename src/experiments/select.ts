/** Choosing and ordering runs by what their heads hold. */
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { RunHead } from './record.ts';
import { stateOf } from './state.ts';

/** `evaluate.accuracy`, `pipeline`, `seconds`: null where a run has none. */
export function headValue(head: RunHead, key: string): string | number | null {
  return allValues(head).get(key) ?? null;
}

function allValues(head: RunHead): ReadonlyMap<string, string | number | null> {
  const { values, process: _process, splits: _splits, kinds: _kinds, dirty, ...own } = head;
  return new Map<string, string | number | null>([
    ...Object.entries(values),
    ...Object.entries(own),
    ['run', head.id],
    ['outcome', stateOf(head)],
    ['dirty', String(dirty)],
  ]);
}

/** What no run has is no value of a run that lacks it, but a typing error. Failure: `unknown-value`. */
function checkKey(key: string, heads: readonly RunHead[]): void {
  const known = new Set(heads.flatMap((head) => [...allValues(head).keys()]));
  if (known.size === 0 || known.has(key)) return;
  const near = nearest(key, known);
  throw new Failure('unknown-value', `runs have no value \`${key}\``, {
    fix: near ? `did you mean \`${near}\`?` : '`pipe runs --csv` has all that they have as columns',
  });
}

/** Keeps the runs that fulfil all conditions: `key=text`, `key!=text`, `key<number`, `key>number`, with `<=` and `>=`. Failure: `invalid-filter`, `unknown-value`. */
export function filterRuns(heads: readonly RunHead[], conditions: readonly string[]): RunHead[] {
  const tests = conditions.map(readCondition);
  for (const key of conditions.flatMap((condition) => keyOf(condition) ?? [])) checkKey(key, heads);
  return heads.filter((head) => tests.every((fulfils) => fulfils(head)));
}

/** What a condition is about; a cell's name may hold `=` inside its brackets. */
export function keyOf(condition: string): string | undefined {
  return form.exec(condition)?.[1];
}

const form = /^((?:\[[^\]]*\]|[^=<>!])+?)(!=|<=|>=|=|<|>)(.*)$/;

function readCondition(text: string): (head: RunHead) => boolean {
  const [, key, operator, wanted] = form.exec(text) ?? [];
  if (key === undefined || operator === undefined || wanted === undefined)
    throw new Failure('invalid-filter', `\`${text}\` is no condition`, {
      fix: 'write key=text, key!=text, key<number or key>number',
    });
  const number = wanted.trim() === '' ? Number.NaN : Number(wanted);
  if (/[<>]/.test(operator) && Number.isNaN(number))
    throw new Failure('invalid-filter', `\`${text}\` compares with what is no number`, {
      fix: `write ${key}${operator}0.5, or ${key}=text`,
    });
  return (head) => {
    const value = headValue(head, key);
    switch (operator) {
      case '=':
        return typeof value === 'number' ? value === number : (value ?? '') === wanted;
      case '!=':
        return typeof value === 'number' ? value !== number : (value ?? '') !== wanted;
      case '<':
        return value !== null && Number(value) < number;
      case '<=':
        return value !== null && Number(value) <= number;
      case '>':
        return value !== null && Number(value) > number;
      default:
        return value !== null && Number(value) >= number;
    }
  };
}

/** By `key`, smallest first, or largest first for `-key`; runs without the value come last. Failure: `unknown-value`. */
export function sortRuns(heads: readonly RunHead[], key: string): RunHead[] {
  const [name, sign] = key.startsWith('-') ? [key.slice(1), -1] : [key, 1];
  checkKey(name, heads);
  return [...heads].sort((a, b) => {
    const [x, y] = [headValue(a, name), headValue(b, name)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return (
      sign *
      (typeof x === 'number' && typeof y === 'number' ? x - y : String(x) < String(y) ? -1 : Number(x !== y))
    );
  });
}
