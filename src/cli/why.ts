import { openCache } from '../cache/cache.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { findRun } from '../experiments/find.ts';
import { historyOf, newestRecord } from '../experiments/history.ts';
import { type Ran, whyRan } from '../experiments/why-ran.ts';
import { type Cause, causeOf } from '../plan/cause.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, refuse } from './output.ts';
import { openPlan, type Planned } from './planned.ts';
import { fromHere, readSettings } from './settings.ts';

export interface WhyFlags extends CommonFlags {
  readonly against?: string;
}

interface Answer {
  readonly now: Cause;
  /** How it ran in the last run; null when it did not. */
  readonly last: (Ran & { readonly run: string }) | null;
}

/** `names`: a stage, or a file and a stage. Without a file that of the last run is meant, with its profile and --set. */
export async function why(names: readonly string[], flags: WhyFlags): Promise<number> {
  const [name = '', file] = names.toReversed();
  const target = file === undefined ? await lastTarget(flags) : { file, flags };
  const { against } = flags;
  const opened = await openPlan(
    target.file,
    { ...target.flags, until: [name] },
    against === undefined ? undefined : async (store) => historyOf(await findRun(against, store)),
  );
  if (!opened.ok) return refuse(opened.diagnostics, flags);
  const answers = await answer(name, opened.value, against === undefined);
  if (flags.json) printJson({ version: 1, file: target.file, answers });
  else {
    const { formatCause, formatRan } = await import('../ui/cause.ts');
    for (const { now, last } of answers)
      print(formatCause(now) + (last ? `\n${formatRan(last, last.run)}` : ''));
  }
  return 0;
}

/** One answer a cell of the stage. */
async function answer(
  name: string,
  { plan, graph, store, context }: Planned,
  withLast: boolean,
): Promise<Answer[]> {
  const record = withLast ? await newestRecord(graph.pipeline, store.runs) : null;
  const answers: Answer[] = [];
  for (const { stage } of plan.stages) {
    if (stage.name !== name && stage.declared !== name) continue;
    const now = await causeOf(stage.name, plan, context);
    const ran = record && whyRan(record, stage.name);
    if (now)
      answers.push({ now, last: record && ran?.outcome === 'ran' ? { ...ran, run: record.id } : null });
  }
  return answers;
}

async function lastTarget(flags: WhyFlags): Promise<{ file: string; flags: WhyFlags }> {
  const { cacheFolder, root } = readSettings(flags);
  const store = await openCache(cacheFolder);
  if ((await store.runs.list()).length === 0)
    throw new Failure('unknown-run', 'nothing has run yet, so no file is meant', {
      fix: 'name it: pipe why FILE STAGE',
    });
  const { file, profile, sets } = await findRun('last', store);
  return {
    file: fromHere(file, root),
    flags: { ...(profile === null ? {} : { profile }), set: [...sets], ...flags },
  };
}
