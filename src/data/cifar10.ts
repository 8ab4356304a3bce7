/** CIFAR-10, binary version (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009). */
import { Failure } from '../diagnostics/diagnostic.ts';

export const cifar10Address = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';
export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
export const cifar10Rows = { train: 50_000, test: 10_000 };

/** sha256 of the archive's members, in the order of their rows. */
export const cifar10Members: readonly (readonly [name: string, sha256: string])[] = [
  ['data_batch_1.bin', 'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5'],
  ['data_batch_2.bin', 'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed'],
  ['data_batch_3.bin', 'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67'],
  ['data_batch_4.bin', '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48'],
  ['data_batch_5.bin', '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add'],
  ['test_batch.bin', '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b'],
];

const pixels = 1024;
const recordBytes = 1 + 3 * pixels;

/** Records of 1 label byte and 1,024 red, green, blue bytes each → uint8 [rows, 32, 32, 3] and labels. */
export function decodeCifar(bytes: Uint8Array, name: string): { images: Uint8Array; labels: Uint8Array } {
  const rows = Math.floor(bytes.length / recordBytes);
  if (rows * recordBytes !== bytes.length)
    throw new Failure(
      'truncated-archive',
      `${name} has ${bytes.length} bytes, which is no multiple of ${recordBytes}`,
    );
  const images = new Uint8Array(rows * 3 * pixels);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * recordBytes;
    const label = bytes[start] ?? 255;
    if (label > 9)
      throw new Failure(
        'invalid-label',
        `record ${row} of ${name} has the label ${label}; CIFAR-10 has 0 to 9`,
      );
    labels[row] = label;
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < 3; c++) images[(row * pixels + p) * 3 + c] = bytes[start + 1 + c * pixels + p] ?? 0;
    }
  }
  return { images, labels };
}
