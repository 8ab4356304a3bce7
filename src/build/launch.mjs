#!/usr/bin/env node
// Starts `pipe`. In a clone it builds the program first when its sources are newer than what was built.
import module from 'node:module';
import { ensureBuilt } from './ensure.mjs';

// Node 22 and later keep what they compiled; they start a tenth sooner.
module.enableCompileCache?.();
await import(await ensureBuilt('main.js'));
