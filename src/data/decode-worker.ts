/** A thread that decodes images, a batch a message. */
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { DecodeOrder, DecodeReply, ImageFile } from './decode-pool.ts';
import { bytesOf, type DecodedImage, decodeImage, type Wanted } from './image-decoder.ts';

parentPort?.on('message', (order: DecodeOrder) => {
  void decodeAll(order).then((reply) => parentPort?.postMessage(reply, [reply.pixels.buffer]));
});

async function decodeAll({ id, files, wanted }: DecodeOrder): Promise<DecodeReply> {
  const size = bytesOf(wanted);
  const pixels = new Uint8Array(new ArrayBuffer(files.length * size));
  const findings: DecodeReply['findings'][number][] = [];
  for (const [i, file] of files.entries()) {
    const decoded = await decodeFile(file, wanted);
    if (decoded.type === 'unreadable') findings.push({ unreadable: decoded.why });
    else {
      pixels.set(decoded.pixels, i * size);
      findings.push({
        ...(decoded.otherSize ? { size: decoded.size } : {}),
        ...(decoded.otherColour ? { colour: decoded.colour } : {}),
      });
    }
  }
  return { id, findings, pixels };
}

async function decodeFile({ path, bytes }: ImageFile, wanted: Wanted): Promise<DecodedImage> {
  try {
    return await decodeImage(bytes ? Buffer.from(bytes) : readFileSync(path ?? ''), wanted);
  } catch (error) {
    return { type: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
}
