/** The images whose prediction went from right to wrong or back, as a diff's page shows them. */
import { type OpenDataset, openDataset } from '../data/batches.ts';
import { drawExamples } from '../data/sheet.ts';
import type { Diff } from '../experiments/diff/diff.ts';
import type { Changed, Changes } from '../experiments/diff/predictions.ts';
import { pathsOf, resultOf, type Subject, type SubjectStage } from '../experiments/subject.ts';
import type { PortContent, Store } from '../run/store.ts';
import { escapeHtml } from './html.ts';
import { slug } from './plot.ts';
import { pictureList } from './sections/pictures.ts';

/** Of each kind of change; the table beside them names more. */
const mostShown = 12;
const columns = 6;

/** HTML by evaluation; none where the cache no longer has the images, or the examples are none. */
export async function changedPictures(
  { evaluations }: Diff,
  subjects: readonly Subject[],
  store: Store,
): Promise<Map<string, string>> {
  const pictures = new Map<string, string>();
  // One after the other: each may hold a whole dataset in memory.
  for (const { stage, changes } of evaluations) {
    const dataset = changes.length > 0 ? await datasetOf(stage, subjects, store) : null;
    if (dataset) pictures.set(stage, await picturesOf(stage, changes, dataset));
  }
  return pictures;
}

async function picturesOf(stage: string, changes: readonly Changes[], dataset: OpenDataset): Promise<string> {
  const parts = changes.flatMap(({ first, second, toRight, toWrong }, i) => {
    const id = `${slug(stage)}-changed-${i}`;
    return [
      listed(`${second} is right where ${first} was not`, toRight, dataset, `${id}-right`),
      listed(`${second} is wrong where ${first} was not`, toWrong, dataset, `${id}-wrong`),
    ];
  });
  return (await Promise.all(parts)).join('');
}

async function listed(
  title: string,
  changed: readonly Changed[],
  dataset: OpenDataset,
  id: string,
): Promise<string> {
  const shown = changed.slice(0, mostShown);
  const drawn = await drawExamples(
    dataset,
    shown.map(({ row }) => row),
    columns,
  );
  if (!drawn) return '';
  const told = shown.map(({ row, class: name, before, after }) => ({
    alt: `${name}, first taken for ${before}, then for ${after} (row ${row})`,
    html: `${escapeHtml(before)} → <b>${escapeHtml(after)}</b><br>is ${escapeHtml(name)}`,
  }));
  const some = shown.length < changed.length ? `: the first ${shown.length} of ${changed.length}` : '';
  const picture = { base64: drawn.png.toString('base64'), sheet: drawn.plan };
  return `<h3>${escapeHtml(title + some)}</h3>${pictureList(picture, told, id)}`;
}

/** What the evaluations read: predictions are compared only where it is the same examples. */
async function datasetOf(
  name: string,
  subjects: readonly Subject[],
  store: Store,
): Promise<OpenDataset | null> {
  for (const subject of subjects) {
    const stage = subject.stages.find((one) => one.name === name);
    const port = stage && (await evaluatedData(stage, subject, store));
    if (port && (await store.intact(port))) return openDataset(pathsOf(port.files, store));
  }
  return null;
}

/** The dataset's content, which the cache may have no more; null where it knows nothing of it. */
async function evaluatedData(
  { from, repetition }: SubjectStage,
  { stages }: Subject,
  store: Pick<Store, 'lookup'>,
): Promise<PortContent | null> {
  // Of sources that are repeated, too, the one with the same seed.
  const sources = stages.filter(
    (one) => from.includes(one.name) && (one.repetition === null || one.repetition === repetition),
  );
  const results = await Promise.all(sources.map((source) => resultOf(source, store)));
  const ports = results.flatMap((result) => Object.values(result?.ports ?? {}));
  return ports.find(({ type }) => type === 'dataset') ?? null;
}
