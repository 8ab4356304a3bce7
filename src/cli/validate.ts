import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Diagnostic, isError } from '../diagnostics/diagnostic.ts';
import { type CheckedFile, checkFile, sameNames } from '../pipeline/check.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, talk } from './output.ts';
import { projectRoot } from './settings.ts';
import { version } from './version.ts';

export interface ValidateFlags extends CommonFlags {
  readonly format?: 'text' | 'json' | 'github' | 'sarif';
  /** Warnings are errors. */
  readonly strict?: boolean;
}

interface Checked extends CheckedFile {
  readonly file: string;
}

const own = 'pipelines/**/*.{yaml,yml}';
const none: Checked = {
  file: 'pipelines',
  graph: null,
  place: null,
  diagnostics: [
    {
      severity: 'error',
      code: 'file-not-found',
      message: 'there are no files in pipelines/',
      fix: 'name some, or write a first one: `pipe init`',
    },
  ],
};

/** Without files, those in `pipelines/`. Exit code 0 when every file is right, 2 when one is not. */
export async function validate(given: readonly string[], flags: ValidateFlags): Promise<number> {
  const files = await filesOf(given.length > 0 ? given : [own]);
  const checked = files[0] === own ? [none] : check(files, flags);
  await tell(checked, flags.format ?? (flags.json ? 'json' : 'text'));
  return checked.some(({ diagnostics }) => diagnostics.some(isError)) ? 2 : 0;
}

/** A pattern stands for what it finds; a name for itself, so that a missing file is told. */
async function filesOf(given: readonly string[]): Promise<string[]> {
  const found = await Promise.all(given.map(async (one) => (isPattern(one) ? expand(one) : [one])));
  return [...new Set(found.flat())];
}

const isPattern = (text: string): boolean => /[*?{[]/.test(text) && !isFile(text);

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function expand(pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob([pattern.replaceAll('\\', '/')], { ignore: ['**/node_modules/**'] });
  return found.length > 0 ? found.sort() : [pattern];
}

function check(files: readonly string[], flags: ValidateFlags): Checked[] {
  const checked = files.map((file) => ({
    file,
    ...checkFile(file, {
      root: projectRoot(dirname(resolve(file))),
      set: flags.set ?? [],
      noCommands: flags.commands === false,
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    }),
  }));
  const same = sameNames(checked);
  return checked.map((one) => {
    const added = same.get(one);
    const diagnostics = added ? [added, ...one.diagnostics] : one.diagnostics;
    return { ...one, diagnostics: flags.strict ? diagnostics.map(asError) : diagnostics };
  });
}

const asError = (one: Diagnostic): Diagnostic => ({ ...one, severity: 'error' });

async function tell(
  checked: readonly Checked[],
  format: NonNullable<ValidateFlags['format']>,
): Promise<void> {
  const found = checked.flatMap(({ file, diagnostics }) =>
    diagnostics.map((diagnostic) => ({ file, diagnostic })),
  );
  if (format === 'json')
    return printJson({
      version: 1,
      files: checked.map(({ file, diagnostics, graph }) => ({
        file,
        diagnostics,
        takes: graph?.takes ?? {},
        trialsTake: graph?.trialsTake ?? {},
      })),
    });
  if (format === 'text') return tellPeople(checked);
  const { formatGithub, formatSarif } = await import('../ui/annotations.ts');
  if (format === 'github') return void process.stdout.write(formatGithub(found));
  const { codes } = await import('../diagnostics/codes.ts');
  process.stdout.write(formatSarif(found, codes, version));
}

async function tellPeople(checked: readonly Checked[]): Promise<void> {
  const all = checked.flatMap(({ diagnostics }) => diagnostics);
  if (all.length > 0) {
    const { diagnostics, line } = await talk();
    diagnostics(all);
    line(
      `\n${count(all, 'error')}${count(all, 'warning')}in ${checked.length} file${checked.length === 1 ? '' : 's'}`,
    );
  }
  const right = checked.filter(({ diagnostics }) => diagnostics.length === 0);
  for (const { file } of right) print(`${file}: valid`);
  const [only] = checked.length === 1 ? right : [];
  if (only?.graph) for (const text of (await import('../ui/takes.ts')).formatTakes(only.graph)) print(text);
}

function count(all: readonly Diagnostic[], severity: Diagnostic['severity']): string {
  const number = all.filter((one) => one.severity === severity).length;
  return number === 0 ? '' : `${number} ${severity}${number === 1 ? '' : 's'} `;
}
