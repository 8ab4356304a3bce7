/** A user's images: the folder that an image is in names its class. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Stages } from '../generated/types.ts';
import { type DecodedFile, decodeFiles, type Finding, type ImageFile } from './decode-pool.ts';
import type { FetchOptions } from './fetch.ts';
import { joinRows, type RawDataset, withTestPart } from './raw.ts';
import { filesIn, locate } from './source-files.ts';

type Params = NonNullable<Stages['download']['folder']>;

/** What was found beside whole images as wanted. As stored in facts.json. */
export type FolderFindings = {
  readonly skipped: Named;
  readonly converted: Named;
  readonly noImages: Named;
};
type Named = {
  readonly count: number;
  /** The first of them, each with the reason. */
  readonly listed: readonly string[];
};

const isImage = /\.(?:png|jpe?g|webp)$/i;
const mostListed = 50;
/** More would not fit the byte in which labels are kept. */
const mostClasses = 256;

/** Failure: of `locate`; `unreadable-image`, `other-image`, `no-class-folder`, `empty-dataset`. */
export async function readImageFolder(
  params: Params,
  root: string,
  seed: number,
  options: FetchOptions,
  onDone: (images: number) => void,
): Promise<{ raw: RawDataset; findings: FolderFindings }> {
  const place = await locate(params, root, options);
  const [height, width] = params.size;
  const strangers: string[] = [];
  const files = imagesIn(filesIn(place), params.path, strangers);
  const wanted = { height, width, colour: params.colour, fit: params.fit };
  // An archive may have a name twice: the last counts, as when it is unpacked.
  const byName = new Map((await decodeFiles(files, wanted, onDone)).map((file) => [file.name, file]));
  const decoded = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const parted = ['train', 'test'].every((part) => decoded.some(({ name }) => name.startsWith(`${part}/`)));
  const { kept, skipped, converted } = sortOut(decoded, params, parted);
  const findings = {
    skipped: named(skipped),
    converted: named(converted),
    noImages: named(strangers.sort()),
  };
  if (kept.length === 0)
    throw new Failure('empty-dataset', `${params.from} holds no image that can be used`, {
      fix: 'images are .png, .jpg and .webp files in a folder for each class; `path` says where those are',
    });
  return { raw: asDataset(kept, params, parted, seed), findings };
}

/** The images below `path`, by their names from there on. */
async function* imagesIn(
  files: AsyncIterable<ImageFile>,
  path: string,
  strangers: string[],
): AsyncGenerator<ImageFile> {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  const start = steps.map((step) => `${step}/`).join('');
  for await (const file of files) {
    if (!file.name.startsWith(start)) continue;
    const name = file.name.slice(start.length);
    // Such as __MACOSX/._a.png, which holds what macOS knows of a.png.
    const hidden = name.split('/').some((step) => step.startsWith('.') || step === '__MACOSX');
    if (isImage.test(name) && !hidden) yield { ...file, name };
    else strangers.push(name);
  }
}

interface Sorted {
  readonly kept: DecodedFile[];
  readonly skipped: string[];
  readonly converted: string[];
}

/** As the stage declares; all that make it stop are told at once. Where there are two parts, the rest is none of them. */
function sortOut(decoded: readonly DecodedFile[], params: Params, parted: boolean): Sorted {
  const sorted: Sorted = { kept: [], skipped: [], converted: [] };
  const stopping: { name: string; finding: Finding }[] = [];
  for (const file of decoded) {
    if (parted && !/^(?:train|test)\//.test(file.name)) {
      sorted.skipped.push(`${file.name}: neither in train nor in test`);
      continue;
    }
    const { unreadable, size, colour } = file.finding;
    const rules = [
      ...(unreadable === undefined ? [] : [params.unreadable]),
      ...(size === undefined ? [] : [params.otherSize]),
      ...(colour === undefined ? [] : [params.otherColour]),
    ];
    const told = `${file.name}: ${reasonOf(file.finding)}`;
    if (rules.includes('stop')) stopping.push(file);
    else if (rules.includes('skip')) sorted.skipped.push(told);
    else {
      if (rules.length > 0) sorted.converted.push(told);
      sorted.kept.push(file);
    }
  }
  if (stopping.length > 0) throw stopped(stopping);
  return sorted;
}

function stopped(files: readonly { name: string; finding: Finding }[]): Failure {
  const unreadable = files.filter(({ finding }) => finding.unreadable !== undefined);
  const told = unreadable.length > 0 ? unreadable : files;
  const list = told.slice(0, 10).map(({ name, finding }) => `${name} (${reasonOf(finding)})`);
  const more = told.length > list.length ? ` and ${told.length - list.length} more` : '';
  return unreadable.length > 0
    ? new Failure('unreadable-image', `no whole images: ${list.join(', ')}${more}`, {
        fix: 'mend or remove them, or say `unreadable: skip`',
      })
    : new Failure('other-image', `not as asked for: ${list.join(', ')}${more}`, {
        fix: 'mend or remove them, or say `convert` or `skip` for `otherSize` and `otherColour`',
      });
}

const reasonOf = ({ unreadable, size, colour }: Finding): string =>
  unreadable ?? [size, colour].filter(Boolean).join(', ');

const named = (all: readonly string[]): Named => ({ count: all.length, listed: all.slice(0, mostListed) });

function asDataset(
  files: readonly DecodedFile[],
  { path, size, colour, test }: Params,
  parted: boolean,
  seed: number,
): RawDataset {
  const inTest = (name: string): boolean => parted && name.startsWith('test/');
  const ordered = [...files.filter(({ name }) => !inTest(name)), ...files.filter(({ name }) => inTest(name))];
  const classOf = ordered.map(({ name }) => classFolder(name, parted, path));
  const classes = [...new Set(classOf)].sort();
  if (classes.length > mostClasses)
    throw new Failure(
      'too-many-classes',
      `there are ${classes.length} class folders; ${mostClasses} is the most`,
      {
        fix: 'set `path` to the folder that holds the class folders',
      },
    );
  const raw: RawDataset = {
    example: [...size, colour === 'rgb' ? 3 : 1],
    classes,
    images: joinRows(ordered.map(({ pixels }) => pixels)),
    labels: Uint8Array.from(classOf, (name) => classes.indexOf(name)),
    trainRows: ordered.filter(({ name }) => !inTest(name)).length,
    nameOf: (row) => ordered[row]?.name ?? '',
  };
  return parted ? raw : withTestPart(raw, test, seed);
}

/** `roses/a.png` → roses; `train/roses/2019/a.png` → roses. */
function classFolder(name: string, parted: boolean, path: string): string {
  const steps = name.split('/').slice(parted ? 1 : 0);
  const [first] = steps;
  if (first !== undefined && steps.length > 1) return first;
  throw new Failure('no-class-folder', `the image ${name} lies in no class folder`, {
    fix: `move it into a folder that is named by its class${path === '' ? ', or set `path`' : ''}`,
  });
}
