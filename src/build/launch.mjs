#!/usr/bin/env node
// Starts `pipe`. In a clone it builds the program first when its sources are newer than what was built.
import module from 'node:module';
import { ensureBuilt } from './ensure.mjs';

const main = await ensureBuilt('main.cjs');
if (module.enableCompileCache) {
  module.enableCompileCache();
  module.createRequire(import.meta.url)(main);
} else {
  const { requireCached } = await import('./code-cache.mjs');
  requireCached(main, process.argv[2] ?? '');
}
