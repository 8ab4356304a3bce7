// Runs the tests: `npm test`, `npm test -- test/cache`, `npm run test:soak` (the long ones whole).
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { globSync } from 'tinyglobby';
import { ensureBuilt } from './ensure.mjs';
import { generate } from './generate.mjs';

await generate();
await ensureBuilt('main.js');
const args = process.argv.slice(2);
const places = args.filter((arg) => !arg.startsWith('--'));
const patterns = places.length > 0 ? places.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.test.ts`)) : ['test/**/*.test.ts'];
const files = globSync(patterns).sort();
const env = { ...process.env, ...(args.includes('--soak') ? { PIPE_SOAK: '1' } : {}) };
const concurrency = Math.max(1, Math.min(2, availableParallelism()));
const child = spawn(process.execPath, ['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec', ...files], { stdio: 'inherit', env });
child.on('exit', (code) => process.exit(code ?? 1));
