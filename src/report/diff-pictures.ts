/** The images whose prediction went from right to wrong or back, as a diff's page shows them. */
import { openDataset } from '../data/batches.ts';
import { drawSheet, type SheetPlan } from '../data/sheet.ts';
import type { Changed, Changes } from '../experiments/diff/predictions.ts';
import { pathsOf, resultOf, type Subject } from '../experiments/subject.ts';
import type { Store } from '../run/store.ts';
import { escapeHtml } from './html.ts';
import { slug } from './plot.ts';
import { pictureList } from './sections/pictures.ts';

/** Of each kind of change; the table beside them names more. */
const mostShown = 12;
const columns = 6;

type Dataset = Awaited<ReturnType<typeof openDataset>>;

/** '' where the cache no longer has the images, or the examples are none. */
export async function changedPictures(
  stage: string,
  changes: readonly Changes[],
  subjects: readonly Subject[],
  store: Store,
): Promise<string> {
  const parts = await Promise.all(
    changes.map(async ({ first, second, toRight, toWrong }, i) => {
      const dataset = await datasetOf(stage, subjects, store);
      if (!dataset) return '';
      const id = `${slug(stage)}-changed-${i}`;
      return [
        await listed(`${second} is right where ${first} was not`, toRight, dataset, `${id}-right`),
        await listed(`${second} is wrong where ${first} was not`, toWrong, dataset, `${id}-wrong`),
      ].join('');
    }),
  );
  return parts.join('');
}

async function listed(
  title: string,
  changed: readonly Changed[],
  dataset: Dataset,
  id: string,
): Promise<string> {
  const shown = changed.slice(0, mostShown);
  const picture = await drawn(shown, dataset);
  if (!picture) return '';
  const told = shown.map(({ row, class: name, before, after }) => ({
    alt: `${name}, first taken for ${before}, then for ${after} (row ${row})`,
    html: `${escapeHtml(before)} → <b>${escapeHtml(after)}</b><br>is ${escapeHtml(name)}`,
  }));
  const some = shown.length < changed.length ? `: the first ${shown.length} of ${changed.length}` : '';
  return `<h3>${escapeHtml(title + some)}</h3>${pictureList(picture, told, id)}`;
}

async function drawn(
  shown: readonly Changed[],
  { file, examples }: Dataset,
): Promise<{ base64: string; sheet: SheetPlan } | null> {
  if (shown.length === 0 || !(examples instanceof Uint8Array)) return null;
  const [height = 1, width = 1, channels = 1] = file.example;
  const size = height * width * channels;
  const tiles = shown.map(({ row }) => examples.subarray(row * size, (row + 1) * size));
  const { png, plan } = await drawSheet(tiles, { height, width, channels, columns });
  return { base64: png.toString('base64'), sheet: plan };
}

/** What the evaluations read: predictions are compared only where it is the same examples. */
async function datasetOf(stage: string, subjects: readonly Subject[], store: Store): Promise<Dataset | null> {
  for (const { stages } of subjects) {
    const from = stages.find(({ name }) => name === stage)?.from ?? [];
    for (const source of stages.filter(({ name }) => from.includes(name))) {
      const result = await resultOf(source, store);
      const port = Object.values(result?.ports ?? {}).find(({ type }) => type === 'dataset');
      if (port && (await store.intact(port))) return openDataset(pathsOf(port.files, store));
    }
  }
  return null;
}
