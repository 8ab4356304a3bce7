/** A user's images: the folder that an image is in names its class. */
import { Failure } from '../diagnostics/diagnostic.ts';
import type { Stages } from '../generated/types.ts';
import { type DecodedFile, decodeFiles, type Finding, type ImageFile } from './decode-pool.ts';
import type { FetchOptions } from './fetch.ts';
import { joined, type RawSource, withTestPart } from './raw.ts';
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

/** What an image file is called; its content tells whether it is one, and of which form. */
const isImage = /\.(?:png|jpe?g|jpe|jfif|webp|gif|tiff?|avif|bmp|heic|heif)$/i;
const mostListed = 50;
/** More would not fit the byte in which labels are kept. */
const mostClasses = 256;

export interface ImageFolder {
  readonly source: RawSource;
  /** Of all images that were decoded: to be asked for when the source's are taken. */
  readonly findings: () => FolderFindings;
}

/**
 * Images are decoded when they are taken; where some may be skipped, all at once, for then only this tells which rows
 * there are. Failure: of `locate`; `unreadable-image`, `other-image`, `no-class-folder`, `empty-dataset`.
 */
export async function readImageFolder(
  params: Params,
  root: string,
  seed: number,
  options: FetchOptions,
  onDone: (images: number) => void,
): Promise<ImageFolder> {
  const place = await locate(params, root, options);
  const [height, width] = params.size;
  const wanted = { height, width, colour: params.colour, fit: params.fit };
  const listed = await listImages(place, params);
  const decode = async (names: ReadonlySet<string>): Promise<Decoded> => {
    const files = await decodeFiles(imagesOf(place, params, names), wanted, onDone);
    // An archive may have a name twice: the last counts, as when it is unpacked.
    return sortOut(new Map(files.map((file) => [file.name, file])), params);
  };
  const maySkip = [params.unreadable, params.otherSize, params.otherColour].includes('skip');
  let decoded = maySkip ? await decode(new Set(listed.images)) : null;
  const names = decoded ? listed.images.filter((name) => decoded?.pixels.has(name)) : listed.images;
  if (names.length === 0)
    throw new Failure('empty-dataset', `${params.from} holds no image that can be used`, {
      fix: 'images are .png, .jpg, .webp, .gif, .tif and .avif files in a folder for each class; `path` says where those are',
    });
  const pixelsOf = async (chosen: readonly string[]): Promise<Uint8Array> => {
    decoded ??= await decode(new Set(chosen));
    const { pixels } = decoded;
    return joined(chosen.map((name) => pixelsIn(pixels, name)));
  };
  return {
    source: asSource(names, params, listed.parted, seed, pixelsOf),
    findings: () => ({
      skipped: named([...listed.beside, ...(decoded?.skipped ?? [])]),
      converted: named(decoded?.converted ?? []),
      noImages: named(listed.strangers),
    }),
  };
}

function pixelsIn(pixels: Decoded['pixels'], name: string): Uint8Array {
  const found = pixels.get(name);
  if (found) return found;
  throw new Failure('input-changed', `${name} was there, and is gone`, { fix: 'run again' });
}

interface Listed {
  /** Each once, in the order of their names; below `path`, by their names from there on. */
  readonly images: readonly string[];
  /** Has it folders train and test? */
  readonly parted: boolean;
  /** Where it has, the images that are in neither. */
  readonly beside: readonly string[];
  readonly strangers: readonly string[];
}

async function listImages(place: string, { path }: Params): Promise<Listed> {
  const found = { images: new Set<string>(), strangers: new Set<string>() };
  for await (const file of filesIn(place)) {
    const name = nameBelow(path, file.name);
    if (name !== null) (isShown(name) ? found.images : found.strangers).add(name);
  }
  const images = [...found.images].sort();
  const parted = ['train', 'test'].every((part) => images.some((name) => name.startsWith(`${part}/`)));
  const isIn = (name: string): boolean => !parted || /^(?:train|test)\//.test(name);
  return {
    images: images.filter(isIn),
    parted,
    beside: images.filter((name) => !isIn(name)).map((name) => `${name}: neither in train nor in test`),
    strangers: [...found.strangers].sort(),
  };
}

/** Null for what does not lie below. */
function nameBelow(path: string, name: string): string | null {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  const start = steps.map((step) => `${step}/`).join('');
  return name.startsWith(start) ? name.slice(start.length) : null;
}

/** Not hidden, such as __MACOSX/._a.png, which holds what macOS knows of a.png. */
const isShown = (name: string): boolean =>
  isImage.test(name) && !name.split('/').some((step) => step.startsWith('.') || step === '__MACOSX');

async function* imagesOf(
  place: string,
  { path }: Params,
  names: ReadonlySet<string>,
): AsyncGenerator<ImageFile> {
  for await (const file of filesIn(place)) {
    const name = nameBelow(path, file.name);
    if (name === null || !names.has(name)) continue;
    yield file.path === null ? { name, bytes: await file.read() } : { name, path: file.path };
  }
}

interface Decoded {
  /** uint8 [height, width, channels] by name: of those that are kept. */
  readonly pixels: ReadonlyMap<string, Uint8Array>;
  readonly skipped: readonly string[];
  readonly converted: readonly string[];
}

/** As the stage declares; all that make it stop are told at once. */
function sortOut(decoded: ReadonlyMap<string, DecodedFile>, params: Params): Decoded {
  const pixels = new Map<string, Uint8Array>();
  const skipped: string[] = [];
  const converted: string[] = [];
  const stopping: DecodedFile[] = [];
  for (const file of [...decoded.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { unreadable, size, colour } = file.finding;
    const rules = [
      ...(unreadable === undefined ? [] : [params.unreadable]),
      ...(size === undefined ? [] : [params.otherSize]),
      ...(colour === undefined ? [] : [params.otherColour]),
    ];
    const told = `${file.name}: ${reasonOf(file.finding)}`;
    if (rules.includes('stop')) stopping.push(file);
    else if (rules.includes('skip')) skipped.push(told);
    else {
      if (rules.length > 0) converted.push(told);
      pixels.set(file.name, file.pixels);
    }
  }
  if (stopping.length > 0) throw stopped(stopping);
  return { pixels, skipped, converted };
}

function stopped(files: readonly DecodedFile[]): Failure {
  const unreadable = files.filter(({ finding }) => finding.unreadable !== undefined);
  const others = files.filter(({ finding }) => finding.unreadable === undefined);
  const mend = 'mend or remove them, or say `convert` or `skip` for `otherSize` and `otherColour`';
  if (unreadable.length === 0)
    return new Failure('other-image', `not as asked for: ${listOf(others)}`, { fix: mend });
  const more = others.length > 0 ? `; not as asked for: ${listOf(others)}` : '';
  return new Failure('unreadable-image', `no whole images: ${listOf(unreadable)}${more}`, {
    fix:
      others.length > 0
        ? `${mend}, and \`unreadable: skip\``
        : 'mend or remove them, or say `unreadable: skip`',
  });
}

function listOf(files: readonly DecodedFile[]): string {
  const list = files.slice(0, 10).map(({ name, finding }) => `${name} (${reasonOf(finding)})`);
  return list.join(', ') + (files.length > list.length ? ` and ${files.length - list.length} more` : '');
}

const reasonOf = ({ unreadable, size, colour }: Finding): string =>
  unreadable ?? [size, colour].filter(Boolean).join(', ');

const named = (all: readonly string[]): Named => ({ count: all.length, listed: all.slice(0, mostListed) });

function asSource(
  names: readonly string[],
  { path, size, colour, test }: Params,
  parted: boolean,
  seed: number,
  pixelsOf: (names: readonly string[]) => Promise<Uint8Array>,
): RawSource {
  const inTest = (name: string): boolean => parted && name.startsWith('test/');
  const train = names.filter((name) => !inTest(name));
  const ordered = [...train, ...names.filter(inTest)];
  const classOf = ordered.map((name) => classFolder(name, parted, path));
  const classes = [...new Set(classOf)].sort();
  if (!parted) checkFolders(ordered, classes, path);
  if (classes.length > mostClasses)
    throw new Failure(
      'too-many-classes',
      `there are ${classes.length} class folders; ${mostClasses} is the most`,
      {
        fix: 'set `path` to the folder that holds the class folders',
      },
    );
  const source: RawSource = {
    example: [...size, colour === 'rgb' ? 3 : 1],
    classes,
    labels: Uint8Array.from(classOf, (name) => classes.indexOf(name)),
    trainRows: train.length,
    nameOf: (row) => ordered[row] ?? '',
    imagesOf: (rows) => pixelsOf(Array.from(rows, (row) => ordered[row] ?? '')),
  };
  return parted ? source : withTestPart(source, test, seed);
}

/** `roses/a.png` → roses; `train/roses/2019/a.png` → roses. */
function classFolder(name: string, parted: boolean, path: string): string {
  const steps = name.split('/').slice(parted ? 1 : 0);
  const [first] = steps;
  // One name may be written in two ways, as macOS and Linux do.
  if (first !== undefined && steps.length > 1) return first.normalize('NFC');
  throw new Failure('no-class-folder', `the image ${name} lies in no class folder`, {
    fix: `move it into a folder that is named by its class${path === '' ? ', or set `path`' : ''}`,
  });
}

/** As parts of a dataset are called, in whatever case. */
const isPart = /^(?:train|training|val|valid|validation|dev|test|testing)$/i;

/** Failure where folders that are taken for classes can be none. */
function checkFolders(names: readonly string[], classes: readonly string[], path: string): void {
  const [only = ''] = classes;
  const below = new Set(
    names.flatMap((name) => {
      const [, folder = '', ...rest] = name.split('/');
      return rest.length > 0 ? [folder] : [];
    }),
  );
  const isAround = classes.length === 1 && below.size > 1;
  if (!isAround && !classes.every((name) => isPart.test(name))) return;
  const told = classes.map((name) => `\`${name}\``).join(' and ');
  throw new Failure('no-class-folder', `the folders that should be classes are ${told}`, {
    fix: isAround
      ? `set \`path: ${[path, only].filter(Boolean).join('/')}\`, which holds ${below.size} folders`
      : 'the two parts of a dataset are called `train` and `test`; of others, set `path` to one that holds the class folders',
  });
}
