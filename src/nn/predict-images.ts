/** What a trained model says that files of images show. */

import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeImage, type Wanted } from '../data/image-decoder.ts';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';
import type { EngineChoice } from './engines.ts';
import { readNetwork } from './format.ts';
import type { Answer, Images, Opening } from './predict-child.ts';
import { readPreprocessing } from './preprocessing.ts';

export interface Predicted {
  readonly image: string;
  /** The most probable first. */
  readonly classes: readonly { readonly class: string; readonly probability: number }[];
}

export interface Unreadable {
  readonly image: string;
  readonly why: string;
}

type ModelFiles = Opening['files'];

/** So many are in memory at once. */
const batchSize = 64;

/**
 * Images of any size and colour become what the model's training saw: the same decoder, the same way of fitting, the same
 * normalization. Failure: `not-an-image` where the model takes something else, `engine-broken`, those of the engine.
 */
export async function predictImages(
  images: readonly string[],
  files: ModelFiles,
  engine: EngineChoice,
  env: NodeJS.ProcessEnv,
): Promise<{ predicted: Predicted[]; unreadable: Unreadable[] }> {
  const wanted = imageOf(files);
  const { classes } = readPreprocessing(files);
  const model = await startModel(files, engine, env);
  const predicted: Predicted[] = [];
  const unreadable: Unreadable[] = [];
  try {
    for (let at = 0; at < images.length; at += batchSize) {
      const read = await Promise.all(
        images.slice(at, at + batchSize).map((image) => readImage(image, wanted)),
      );
      const whole = read.flatMap((file) => ('pixels' in file ? [file] : []));
      unreadable.push(...read.flatMap((file) => ('why' in file ? [file] : [])));
      if (whole.length === 0) continue;
      const made = await model.predict(whole.map(({ pixels }) => pixels));
      predicted.push(...whole.map(({ image }, i) => ({ image, classes: ranked(classes, made, i) })));
    }
  } finally {
    model.end();
  }
  return { predicted, unreadable };
}

/** Failure: `not-an-image` where the model takes something else. */
function imageOf(files: ModelFiles): Wanted {
  const { input } = readNetwork(files['model.json'] ?? '');
  const [height, width, channels] = input;
  const { fit = 'resize' } = readPreprocessing(files);
  if (input.length === 3 && height && width && (channels === 1 || channels === 3))
    return { height, width, colour: channels === 1 ? 'grey' : 'rgb', fit };
  throw new Failure('not-an-image', `the model takes [${input.join(', ')}], not images`);
}

async function readImage(
  image: string,
  wanted: Wanted,
): Promise<Unreadable | { readonly image: string; readonly pixels: Uint8Array }> {
  try {
    const decoded = await decodeImage(await readFile(image), wanted);
    return decoded.type === 'image' ? { image, pixels: decoded.pixels } : { image, why: decoded.why };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { image, why: 'there is no such file' };
    return { image, why: error instanceof Error ? error.message : String(error) };
  }
}

function ranked(classes: readonly string[], probabilities: Float32Array, row: number): Predicted['classes'] {
  return classes
    .map((name, i) => ({ class: name, probability: probabilities[row * classes.length + i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
}

interface OpenModel {
  /** float32 [images, classes]. */
  predict(images: readonly Uint8Array[]): Promise<Float32Array>;
  end(): void;
}

/** In a process of its own, as a stage has it: engines need their environment from its start. */
async function startModel(
  files: ModelFiles,
  engine: EngineChoice,
  env: NodeJS.ProcessEnv,
): Promise<OpenModel> {
  const file = fileURLToPath(new URL('./predict.js', import.meta.url));
  const child = fork(file, [], { env: { ...env, ...engine.env }, serialization: 'advanced' });
  try {
    await ask(child, { type: 'open', order: engine.order, files }, engine);
  } catch (error) {
    // As long as the two are connected, neither ends.
    if (child.connected) child.disconnect();
    throw error;
  }
  return {
    predict: async (images) => {
      const size = images[0]?.length ?? 0;
      const pixels = new Uint8Array(images.length * size);
      for (const [i, image] of images.entries()) pixels.set(image, i * size);
      const answer = await ask(child, { type: 'images', pixels, count: images.length }, engine);
      if (answer.type !== 'predicted') throw new Error(`the process answered ${answer.type}`);
      return answer.probabilities;
    },
    end: () => child.disconnect(),
  };
}

/** Failure: what the process tells, or `engine-broken` when it dies. */
function ask(child: ChildProcess, question: Opening | Images, { name }: EngineChoice): Promise<Answer> {
  return new Promise((answered, failed) => {
    const died = (code: number | null, signal: string | null): void =>
      failed(
        new Failure('engine-broken', `the engine \`${name}\` died (${signal ?? `exit code ${code}`})`, {
          fix: '`pipe engine test` tells whether it is sound',
        }),
      );
    child.once('exit', died);
    child.once('message', (answer: Answer) => {
      child.off('exit', died);
      if (answer.type === 'failed') {
        const { code, message, fix } = answer.diagnostic;
        failed(new Failure(code, message, fix === undefined ? {} : { fix }));
      } else answered(answer);
    });
    child.send(question);
  });
}
