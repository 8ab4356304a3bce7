/** CIFAR-10 and CIFAR-100, binary version (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009). */
import { Failure } from '../diagnostics/diagnostic.ts';
import { readArchive } from './archive.ts';
import { cifar10Classes, cifarExample, cifarRows } from './cifar-form.ts';
import { type FetchOptions, fetchFile } from './fetch.ts';
import { fetchMembers, type Member } from './members.ts';
import { imagesFrom, type RawSource } from './raw.ts';

const cifar10Address = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';

/** In the order of their rows; of each file's bytes as its author published them. */
const cifar10Members: readonly Member[] = [
  { name: 'data_batch_1.bin', sha256: 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5' },
  { name: 'data_batch_2.bin', sha256: 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed' },
  { name: 'data_batch_3.bin', sha256: 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67' },
  { name: 'data_batch_4.bin', sha256: '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48' },
  { name: 'data_batch_5.bin', sha256: '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add' },
  { name: 'test_batch.bin', sha256: '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b' },
];

export async function fetchCifar10(options: FetchOptions): Promise<RawSource> {
  const inspect = (name: string, bytes: Uint8Array): void => void decodeCifar([bytes], cifar10Format, [name]);
  const files = await fetchMembers(cifar10Address, cifar10Members, inspect, options);
  const names = cifar10Members.map(({ name }) => name);
  const { images, labels } = decodeCifar(files, cifar10Format, names);
  return {
    example: cifarExample,
    classes: cifar10Classes,
    labels,
    imagesOf: imagesFrom(images, cifarExample),
    trainRows: cifarRows.train,
    nameOf: (row) => `record ${row % 10_000} of ${names[Math.floor(row / 10_000)]}`,
  };
}

const cifar100Address = 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz';
/** Of the archive, as TensorFlow Datasets has recorded it (tensorflow_datasets/url_checksums/cifar100.txt). */
const cifar100Sha256 = '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec';

export async function fetchCifar100(options: FetchOptions): Promise<RawSource> {
  const { path } = await fetchFile(cifar100Address, cifar100Sha256, options);
  return readCifar100(path);
}

/** Failure: `truncated-archive`, `invalid-label`. */
export async function readCifar100(archive: string): Promise<RawSource> {
  const files = new Map<string, Buffer>();
  for await (const { name, read } of readArchive(archive))
    files.set(name.split('/').at(-1) ?? '', await read());
  const file = (name: string): Buffer => {
    const bytes = files.get(name);
    if (!bytes) throw new Failure('truncated-archive', `${archive} has no ${name}`, { fix: 'replace it' });
    return bytes;
  };
  const { images, labels } = decodeCifar([file('train.bin'), file('test.bin')], cifar100Format, [
    'train.bin',
    'test.bin',
  ]);
  const trainRows = file('train.bin').length / recordBytesOf(cifar100Format);
  return {
    example: cifarExample,
    classes: file('fine_label_names.txt').toString().trim().split(/\r?\n/),
    labels,
    imagesOf: imagesFrom(images, cifarExample),
    trainRows,
    nameOf: (row) =>
      row < trainRows ? `record ${row} of train.bin` : `record ${row - trainRows} of test.bin`,
  };
}

export interface CifarFormat {
  readonly name: string;
  readonly classes: number;
  /** Label bytes at the start of a record, of which the last is the class. */
  readonly labelBytes: number;
}
export const cifar10Format: CifarFormat = { name: 'CIFAR-10', classes: 10, labelBytes: 1 };

/** A coarse label of 20, then a fine one of 100. */
export const cifar100Format: CifarFormat = { name: 'CIFAR-100', classes: 100, labelBytes: 2 };

const pixels = 32 * 32;
const recordBytesOf = ({ labelBytes }: CifarFormat): number => labelBytes + 3 * pixels;

/**
 * Records of label bytes and 1,024 red, green and blue bytes each → uint8 [rows, 32, 32, 3] and labels. Failure:
 * `truncated-archive`, `invalid-label`, with the file's name.
 */
export function decodeCifar(
  files: readonly Uint8Array[],
  format: CifarFormat,
  names: readonly string[],
): { images: Uint8Array; labels: Uint8Array } {
  const recordBytes = recordBytesOf(format);
  const rows = files.map((bytes, i) => countRecords(bytes, recordBytes, names[i] ?? ''));
  const all = rows.reduce((sum, count) => sum + count, 0);
  const images = new Uint8Array(all * 3 * pixels);
  const labels = new Uint8Array(all);
  let row = 0;
  for (const [i, bytes] of files.entries()) {
    for (let record = 0; record < (rows[i] ?? 0); record++, row++) {
      const start = record * recordBytes + format.labelBytes;
      labels[row] = checkedLabel(bytes[start - 1] ?? 0, format, record, names[i] ?? '');
      interleave(bytes, start, images, row * 3 * pixels);
    }
  }
  return { images, labels };
}

function countRecords(bytes: Uint8Array, recordBytes: number, name: string): number {
  if (bytes.length > 0 && bytes.length % recordBytes === 0) return bytes.length / recordBytes;
  throw new Failure(
    'truncated-archive',
    `${name} has ${bytes.length} bytes: records of ${recordBytes} bytes were expected`,
    { fix: 'replace it' },
  );
}

function checkedLabel(label: number, format: CifarFormat, record: number, name: string): number {
  if (label < format.classes) return label;
  throw new Failure(
    'invalid-label',
    `record ${record} of ${name} has the label ${label}; ${format.name} has 0 to ${format.classes - 1}`,
    { fix: 'the file is not what its author published: replace it' },
  );
}

function interleave(from: Uint8Array, start: number, to: Uint8Array, at: number): void {
  for (let p = 0; p < pixels; p++) {
    const target = at + 3 * p;
    to[target] = from[start + p] ?? 0;
    to[target + 1] = from[start + pixels + p] ?? 0;
    to[target + 2] = from[start + 2 * pixels + p] ?? 0;
  }
}
