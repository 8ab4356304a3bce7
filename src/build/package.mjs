// Builds what a package has in place of its sources' own build: npm calls it before it packs, and with --remove afterwards,
// for in a checkout it would hide what is changed.
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const project = resolve(fileURLToPath(import.meta.url), '../../..');
const folder = join(project, 'dist', 'package');
rmSync(folder, { recursive: true, force: true });
if (!process.argv.includes('--remove')) await build(project, folder);
