/** Preloaded into the real `pipe`: writes the URL of every module that it loads to the file PIPE_LOADED. */
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.PIPE_LOADED) register(import.meta.url);

export async function load(url, context, next) {
  appendFileSync(process.env.PIPE_LOADED, `${url}\n`);
  return next(url, context);
}
