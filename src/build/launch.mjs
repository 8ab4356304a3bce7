#!/usr/bin/env node
// Starts `pipe`. In a clone it builds the program first when its sources are newer than what was built.
import { ensureBuilt } from './ensure.mjs';

await import(await ensureBuilt('main.js'));
