/** NumPy's .npy format, version 1.0: what arrays are kept in, so that Python reads them too. */
import { type FileHandle, open } from 'node:fs/promises';

export type NpyData = Uint8Array | Int32Array | Float32Array;

export interface NpyArray<T extends NpyData = NpyData> {
  readonly data: T;
  readonly shape: readonly number[];
}

const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

export async function writeNpy(path: string, data: NpyData, shape: readonly number[]): Promise<void> {
  const descr = data instanceof Uint8Array ? '|u1' : data instanceof Int32Array ? '<i4' : '<f4';
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  // The data starts at a multiple of 64 bytes.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.concat([
    magic,
    Buffer.from([length & 255, length >> 8]),
    Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1'),
  ]);
  const file = await open(path, 'w');
  try {
    await file.writeFile(header);
    // One after the other: together they would be a copy of all.
    await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } finally {
    await file.close();
  }
}

/** Reads |u1, <i4 and <f4 in C order; anything else is an error. In memory that `allot` gives. */
export async function readNpy(path: string, allot?: (bytes: number) => ArrayBufferLike): Promise<NpyArray> {
  const { descr, shape, body } = await readNpyParts(path, path, allot);
  if (descr === '|u1') return { data: new Uint8Array(body), shape };
  if (descr === '<i4') return { data: new Int32Array(body), shape };
  if (descr === '<f4') return { data: new Float32Array(body), shape };
  throw new Error(`${path} holds ${descr}; only |u1, <i4 and <f4 are read`);
}

export interface NpyParts {
  /** NumPy's name of the type: `|u1`, `<i8`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Whole, so that any typed array may be laid over it. */
  readonly body: ArrayBufferLike;
}

/** Of what versions 1 to 3 of the format have before the data: more than any header of one plain type. */
const mostHeader = 1 << 16;
/** Node reads no more than 2 GiB at once. */
const mostAtOnce = 1 << 30;

/** Versions 1 to 3 of the format, in C order. Throws for what is none, or is cut short, by its `name`. */
export async function readNpyParts(
  path: string,
  name: string,
  allot: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes),
): Promise<NpyParts> {
  const file = await open(path);
  try {
    const start = Buffer.alloc(mostHeader);
    const { bytesRead } = await file.read(start, 0, mostHeader, 0);
    const { descr, shape, size, from } = parseHeader(start.subarray(0, bytesRead), name);
    const there = Math.max(0, (await file.stat()).size - from);
    if (there < size) throw cutShort(name, there, size);
    const body = allot(size);
    await readInto(new Uint8Array(body), file, from, name);
    return { descr, shape, body };
  } finally {
    await file.close();
  }
}

async function readInto(body: Uint8Array, file: FileHandle, from: number, name: string): Promise<void> {
  for (let at = 0; at < body.length; ) {
    const { bytesRead } = await file.read(body, at, Math.min(mostAtOnce, body.length - at), from + at);
    if (bytesRead === 0) throw cutShort(name, at, body.length);
    at += bytesRead;
  }
}

/** The same of a file's bytes. */
export function parseNpy(bytes: Buffer, name: string): NpyParts {
  const { descr, shape, size, from } = parseHeader(bytes, name);
  const body = new Uint8Array(bytes.subarray(from, from + size)).buffer;
  if (body.byteLength !== size) throw cutShort(name, body.byteLength, size);
  return { descr, shape, body };
}

const bytesOfType = (descr: string): number => Number(/\d+$/.exec(descr)?.[0] ?? 1);

const cutShort = (name: string, there: number, size: number): Error =>
  new Error(`${name} ends after ${there} of ${size} bytes`);

interface NpyHeader {
  readonly descr: string;
  readonly shape: readonly number[];
  /** Bytes of the data, and where they start. */
  readonly size: number;
  readonly from: number;
}

function parseHeader(bytes: Buffer, name: string): NpyHeader {
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(magic.subarray(0, 6)))
    throw new Error(`${name} is no .npy file`);
  const [start, length] = bytes[6] === 1 ? [10, bytes.readUInt16LE(8)] : [12, bytes.readUInt32LE(8)];
  const header = bytes.toString('latin1', start, start + length);
  const descr = /'descr': '([^']+)'/.exec(header)?.[1];
  const dims = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || dims === undefined) throw new Error(`${name} is no .npy file of one plain type`);
  if (/'fortran_order': True/.test(header)) throw new Error(`${name} is in Fortran order; C order is read`);
  const shape = dims
    .split(',')
    .filter((text) => text.trim() !== '')
    // As NumPy wrote a long integer under Python 2: `20L`.
    .map((text) => Number(text.trim().replace(/L$/, '')));
  const size = shape.reduce((product, side) => product * side, 1) * bytesOfType(descr);
  if (!Number.isSafeInteger(size)) throw new Error(`${name} is no .npy file of one plain type`);
  return { descr, shape, size, from: start + length };
}
