import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { checkDrops, type Diff, type Drop, diffSubjects } from '../experiments/diff/diff.ts';
import { partsOf } from '../experiments/diff/parts.ts';
import {
  axisSubjects,
  newestSubject,
  runSubject,
  type Subject,
  subjectBefore,
} from '../experiments/subject.ts';
import type { Store } from '../run/store.ts';
import { sizeOr } from '../ui/size.ts';
import type { FileSubject } from './diff-file.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, refuse, talk, wantsColor } from './output.ts';
import { readSettings } from './settings.ts';

export interface DiffFlags extends CommonFlags {
  readonly by?: string;
  readonly format: 'text' | 'markdown' | 'html';
  readonly maxDrop?: string[];
}

export async function diff(wanted: readonly string[], flags: DiffFlags): Promise<number> {
  const limits = (flags.maxDrop ?? []).map(readLimit);
  checkFlags(wanted, flags);
  const store = await openCache(readSettings(flags).cacheFolder);
  const subjects = await subjectsOf(wanted, flags, store);
  if (subjects === null) return 2;
  const made = await diffSubjects(distinct(subjects), store);
  const drops = checkDrops(subjects, limits);
  if (flags.json) printJson({ ...made, drops });
  else print(await formatted(made, flags.format, subjects, store));
  for (const drop of drops.filter((one) => one.exceeded)) (await talk()).line(dropText(drop));
  return drops.some((one) => one.exceeded) ? 1 : 0;
}

/** What changes how a file is planned changes nothing of a run. Failure: `invalid-call`. */
function checkFlags(wanted: readonly string[], flags: DiffFlags): void {
  const own = (['profile', 'set', 'engine'] as const).filter((name) => flags[name] !== undefined);
  if (own.length === 0 || wanted.some(isFile)) return;
  const names = own.map((name) => `\`--${name}\``).join(', ');
  throw new Failure(
    'invalid-call',
    `${names} ${own.length > 1 ? 'are' : 'is'} for pipeline files, and none is named`,
    {
      fix: 'leave it out, or name a file: `pipe diff last pipelines/NAME.yaml`',
    },
  );
}

/** Null where a pipeline file is wrong; that has been told. */
async function subjectsOf(
  wanted: readonly string[],
  flags: DiffFlags,
  store: Store,
): Promise<Subject[] | null> {
  if (flags.by !== undefined) {
    const found = await Promise.all(wanted.map((one) => axisSubjects(one, flags.by ?? '', store)));
    return found.flat();
  }
  const subjects: Subject[] = [];
  for (const one of wanted) {
    const file = isFile(one) ? await fileSubject(one, flags) : undefined;
    if (file === null) return null;
    // One alone is compared with what was before it: a run with the run before, a file with its newest run.
    if (wanted.length === 1)
      subjects.push(await (file ? newestSubject(file, store) : subjectBefore(one, store)));
    subjects.push(file ?? (await runSubject(one, store)));
  }
  return subjects;
}

const isFile = (wanted: string): boolean => /\.ya?ml$/.test(wanted);

async function fileSubject(file: string, flags: DiffFlags): Promise<FileSubject | null> {
  const { planSubject } = await import('./diff-file.ts');
  const planned = await planSubject(file, flags);
  if (planned.ok) return planned.value;
  await refuse(planned.diagnostics, flags);
  return null;
}

/** Where labels are the same, with the run; the same run twice keeps two names. */
function distinct(given: readonly Subject[]): Subject[] {
  const subjects = given.map((subject, i) => {
    const { label, run } = subject;
    const alone = given.every((other, j) => i === j || other.label !== label);
    if (alone || !run) return subject;
    const name = run.name ?? run.id;
    return { ...subject, label: label === name ? `${name} (${run.id})` : `${name}[${label}]` };
  });
  return subjects.map((subject, i) => {
    const before = subjects.slice(0, i).filter((other) => other.label === subject.label).length;
    return before === 0 ? subject : { ...subject, label: `${subject.label} (${before + 1})` };
  });
}

async function formatted(
  made: Diff,
  format: DiffFlags['format'],
  subjects: readonly Subject[],
  store: Store,
): Promise<string> {
  const parts = partsOf(made);
  const [first, ...others] = made.subjects;
  const title = `${others.join(', ')} against ${first}`;
  if (format === 'markdown')
    return (await import('../experiments/diff/markdown.ts')).diffMarkdown(title, parts);
  if (format === 'html') {
    const [{ diffPage }, { changedPictures }, { browserScript }] = await Promise.all([
      import('../report/diff-page.ts'),
      import('../report/diff-pictures.ts'),
      import('../report/script.ts'),
    ]);
    return diffPage(title, made, browserScript(), await changedPictures(made, subjects, store)).html;
  }
  const { formatParts } = await import('../ui/parts.ts');
  const text = formatParts(parts, {
    color: wantsColor(process.stdout),
    width: sizeOr(100, process.stdout.columns),
  });
  return `${title}\n\n${parts.length === 0 ? 'nothing differs' : text}`;
}

function readLimit(text: string): { metric: string; allowed: number } {
  // A cell's name has the sign in it, too.
  const at = text.lastIndexOf('=');
  const [metric, allowed] = at < 1 ? [] : [text.slice(0, at), text.slice(at + 1)];
  if (!metric || allowed === undefined || allowed === '' || !(Number(allowed) >= 0))
    throw new Failure('invalid-limit', `\`${text}\` is no limit`, {
      fix: 'write --max-drop evaluate.accuracy=0.005',
    });
  return { metric, allowed: Number(allowed) };
}

function dropText({ metric, allowed, before, after }: Drop): string {
  if (before === null || after === null)
    return `${metric}: not there in ${before === null ? 'the first' : 'the last'} run`;
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return `${metric} is ${short(Math.abs(after - before))} worse (${short(before)} → ${short(after)}); ${allowed} is allowed`;
}
