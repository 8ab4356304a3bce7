/** NumPy's .npy format, version 1.0: what arrays are kept in, so that Python reads them too. */
import { readFile, writeFile } from 'node:fs/promises';

export type NpyData = Uint8Array | Int32Array | Float32Array;

export interface NpyArray<T extends NpyData = NpyData> {
  readonly data: T;
  readonly shape: readonly number[];
}

const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

export async function writeNpy(file: string, data: NpyData, shape: readonly number[]): Promise<void> {
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
  await writeFile(file, Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}

/** Reads |u1, <i4 and <f4 in C order; anything else is an error. */
export async function readNpy(file: string): Promise<NpyArray> {
  const { descr, shape, body } = parseNpy(await readFile(file), file);
  if (descr === '|u1') return { data: new Uint8Array(body), shape };
  if (descr === '<i4') return { data: new Int32Array(body), shape };
  if (descr === '<f4') return { data: new Float32Array(body), shape };
  throw new Error(`${file} holds ${descr}; only |u1, <i4 and <f4 are read`);
}

export interface NpyParts {
  /** NumPy's name of the type: `|u1`, `<i8`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** A copy, so that any typed array may be laid over it. */
  readonly body: ArrayBuffer;
}

const bytesOfType = (descr: string): number => Number(/\d+$/.exec(descr)?.[0] ?? 1);

/** Versions 1 to 3 of the format, in C order. Throws for what is none, or is cut short. */
export function parseNpy(bytes: Buffer, name: string): NpyParts {
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
    .map(Number);
  const size = shape.reduce((product, side) => product * side, 1) * bytesOfType(descr);
  const body = new Uint8Array(bytes.subarray(start + length, start + length + size)).buffer;
  if (body.byteLength !== size) throw new Error(`${name} ends after ${body.byteLength} of ${size} bytes`);
  return { descr, shape, body };
}
