/** A user's arrays in NumPy's format. */
import { statSync } from 'node:fs';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import type { Stages } from '../generated/types.ts';
import type { FetchOptions } from './fetch.ts';
import { type NpyParts, parseNpy, readNpyParts } from './npy.ts';
import { imagesFrom, joined, type RawSource, withTestPart } from './raw.ts';
import { filesIn, locate } from './source-files.ts';

type Params = NonNullable<Stages['download']['arrays']>;
type FileParam = Params['images'];
/** What one of the files holds. */
type Read = (file: FileParam) => Promise<NpyParts>;

/** More would not fit the byte in which labels are kept. */
const mostClasses = 256;

/** Failure: of `locate`; `invalid-array`, `invalid-label`, `file-not-found`. */
export async function readArrays(
  params: Params,
  root: string,
  seed: number,
  options: FetchOptions,
): Promise<RawSource> {
  const read =
    params.from === undefined ? fileReader(root, options) : await archiveReader(params, root, options);
  const train = await readPart(params.images, params.labels, read);
  const test =
    params.testImages !== undefined && params.testLabels !== undefined
      ? await readPart(params.testImages, params.testLabels, read)
      : null;
  if (test && test.example.join() !== train.example.join())
    throw invalid(
      nameOf(params.testImages ?? ''),
      `has images of [${test.example.join(', ')}], the training images are [${train.example.join(', ')}]`,
    );
  const labels = [...train.labels, ...(test?.labels ?? [])];
  const count = params.classes?.length ?? labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  checkLabels(labels, train.labels.length, count, params);
  const classes = params.classes ?? Array.from({ length: count }, (_, label) => String(label));
  const source: RawSource = {
    example: train.example,
    classes,
    labels: Uint8Array.from(labels),
    imagesOf: imagesFrom(test ? joined([train.images, test.images]) : train.images, train.example),
    trainRows: train.labels.length,
    nameOf: (row) =>
      row < train.labels.length
        ? `row ${row} of ${nameOf(params.images)}`
        : `row ${row - train.labels.length} of ${nameOf(params.testImages ?? '')}`,
  };
  return test ? source : withTestPart(source, params.test, seed);
}

interface Part {
  readonly example: readonly number[];
  readonly images: Uint8Array;
  /** Any whole numbers, as the file has them. */
  readonly labels: readonly number[];
}

async function readPart(images: FileParam, labels: FileParam, read: Read): Promise<Part> {
  const pixels = await asked(read(images));
  const classes = await asked(read(labels));
  const { descr, shape, body } = pixels;
  if (descr !== '|u1') throw invalid(nameOf(images), `holds ${descr}; images are uint8 (|u1), from 0 to 255`);
  if (shape.length !== 3 && shape.length !== 4)
    throw invalid(
      nameOf(images),
      `has the shape [${shape.join(', ')}]; images are [rows, height, width] or [rows, height, width, channels]`,
    );
  const [rows = 0, height = 0, width = 0, channels = 1] = shape;
  if (channels !== 1 && channels !== 3)
    throw invalid(nameOf(images), `has ${channels} channels; images have 1 or 3`);
  if (height === 0 || width === 0)
    throw invalid(nameOf(images), `has the shape [${shape.join(', ')}]: images without pixels`);
  // [rows] is what NumPy has, [rows, 1] what Keras' datasets have.
  if (classes.shape.slice(1).some((side) => side !== 1))
    throw invalid(nameOf(labels), `has the shape [${classes.shape.join(', ')}]; labels are one number a row`);
  const numbers = wholeNumbers(classes, nameOf(labels));
  if (numbers.length !== rows)
    throw invalid(nameOf(labels), `has ${numbers.length} labels for ${rows} images`);
  if (rows === 0) throw new Failure('empty-dataset', `${nameOf(images)} holds no images`);
  return { example: [height, width, channels], images: new Uint8Array(body), labels: numbers };
}

async function asked(array: Promise<NpyParts>): Promise<NpyParts> {
  try {
    return await array;
  } catch (error) {
    // The system's own, or no memory for it: no fault of the file.
    if (error instanceof Failure || error instanceof RangeError || codeOf(error) !== '') throw error;
    throw new Failure('invalid-array', error instanceof Error ? error.message : String(error));
  }
}

function wholeNumbers({ descr, body }: NpyParts, name: string): number[] {
  switch (descr) {
    case '|u1':
      return [...new Uint8Array(body)];
    case '|i1':
      return [...new Int8Array(body)];
    case '<u2':
      return [...new Uint16Array(body)];
    case '<i2':
      return [...new Int16Array(body)];
    case '<u4':
      return [...new Uint32Array(body)];
    case '<i4':
      return [...new Int32Array(body)];
    case '<i8':
      return Array.from(new BigInt64Array(body), Number);
    case '<u8':
      return Array.from(new BigUint64Array(body), Number);
    default:
      throw invalid(
        name,
        `holds ${descr}; labels are whole numbers${descr.startsWith('>') ? ' whose lowest byte comes first' : ''}`,
      );
  }
}

function checkLabels(labels: readonly number[], trainRows: number, classes: number, params: Params): void {
  const told = (row: number): string =>
    `row ${row < trainRows ? row : row - trainRows} of ${nameOf(row < trainRows ? params.labels : (params.testLabels ?? ''))} has the label ${labels[row]}`;
  if (params.classes !== undefined && classes > mostClasses)
    throw new Failure('too-many-classes', `there are ${classes} classes; ${mostClasses} is the most`);
  const row = labels.findIndex((label) => label < 0 || label >= classes);
  if (row >= 0)
    throw new Failure('invalid-label', `${told(row)}; there are ${classes} classes, from 0 on`, {
      fix: 'mend the labels, or name all classes',
    });
  if (classes <= mostClasses) return;
  const large = labels.findIndex((label) => label >= mostClasses);
  throw new Failure('too-many-classes', `${told(large)}; ${mostClasses} classes are the most, from 0 on`);
}

const nameOf = (file: FileParam): string => (typeof file === 'string' ? file : file.url);

function invalid(name: string, what: string): Failure {
  return new Failure('invalid-array', `${name} ${what}`);
}

/** Each file by its own path or address. */
function fileReader(root: string, options: FetchOptions): Read {
  return async (file) => {
    const place =
      typeof file === 'string'
        ? { from: file, written: (sha256: string) => `it as { url: ${file}, sha256: ${sha256} }` }
        : { from: file.url, sha256: file.sha256 };
    const path = await locate(place, root, options);
    if (!statSync(path).isDirectory()) return readNpyParts(path, nameOf(file));
    throw invalid(nameOf(file), 'is a folder: say `from` for it, and name a file in it here');
  };
}

/** Files in one folder or archive. An .npz is a zip of .npy files. */
async function archiveReader(
  { from = '', sha256, ...files }: Params,
  root: string,
  options: FetchOptions,
): Promise<Read> {
  const wanted = [files.images, files.labels, files.testImages, files.testLabels].map(
    (file) => file && nameOf(file),
  );
  const names = new Set<string>();
  const arrays = new Map<string, () => Promise<NpyParts>>();
  for await (const { name, path, read } of filesIn(await locate({ from, sha256 }, root, options))) {
    names.add(name);
    if (!wanted.includes(name)) continue;
    const bytes = path === null ? await read() : null;
    arrays.set(name, async () => (bytes ? parseNpy(bytes, name) : readNpyParts(path ?? '', name)));
  }
  return async (file) => {
    const open = arrays.get(nameOf(file));
    if (open) return open();
    throw new Failure('file-not-found', `${from} has no ${nameOf(file)}`, {
      fix: `it holds ${[...names].slice(0, 20).join(', ')}`,
    });
  };
}
