#!/usr/bin/env node
// Starts `pipe`. In a clone it builds the program first when its sources are newer than what was built.
import { requireCached } from './code-cache.mjs';
import { ensureBuilt } from './ensure.mjs';

requireCached(await ensureBuilt('main.cjs'), process.argv[2] ?? '');
