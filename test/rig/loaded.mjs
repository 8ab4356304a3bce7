/** Preloaded into the real `pipe`: writes the URL of every file of code that it loads to the file PIPE_LOADED. */
import fs, { appendFileSync } from 'node:fs';
import { register, syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.PIPE_LOADED) {
  register(import.meta.url);
  // What is required is read by this, whoever requires it.
  const { readFileSync } = fs;
  fs.readFileSync = (path, ...rest) => {
    if (typeof path === 'string' && /\.c?js$/.test(path)) note(pathToFileURL(path).href);
    return readFileSync(path, ...rest);
  };
  syncBuiltinESMExports();
}

const note = (url) => appendFileSync(process.env.PIPE_LOADED, `${url}\n`);

export async function load(url, context, next) {
  note(url);
  return next(url, context);
}
