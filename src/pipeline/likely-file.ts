/** What to do about a pipeline file that is not there. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { nearest } from '../diagnostics/suggest.ts';

const usual = 'pipelines';

/** Its folder, its ending or a letter of it may be what is wrong. */
export function missingFileFix(file: string): string {
  const inside = pipelinesIn(file)[0];
  if (inside !== undefined) return `it is a folder; name a file in it, such as ${inside}`;
  const there = new Map(
    [...new Set([usual, normalize(dirname(file))])].flatMap(pipelinesIn).map((one) => [stemOf(one), one]),
  );
  const stem = stemOf(file);
  const near = stem.length < 3 ? stem : nearest(stem, there.keys());
  const meant = there.get(near ?? '');
  return meant === undefined
    ? 'look at the path; it is taken from the folder you are in'
    : `did you mean \`${meant}\`?`;
}

const ending = /\.ya?ml$/;

const stemOf = (file: string): string => basename(file).replace(ending, '');

function pipelinesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => ending.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
