/**
 * `npm run components`: records what the sources of all components are and what the golden pipelines give. It says what it
 * takes for unchanged, and refuses other bytes under an old fingerprint.
 */
import { writeFileSync } from 'node:fs';
import { presentSources, recordedSources, sourcesFile, whatChanged } from './components.ts';
import { broken, goldenFile, presentGolden, recordedGolden } from './golden.ts';

const sources = await presentSources();
for (const line of whatChanged(recordedSources(), sources)) console.log(line);
const golden = presentGolden();
const wrong = broken(recordedGolden(), golden);
if (wrong.length > 0) {
  console.error(`other bytes under the same fingerprint:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
  console.error(
    'raise the versions of the components that made them, in src/stages/components.ts; nothing is recorded',
  );
  process.exit(1);
}
write(sourcesFile, sources);
write(goldenFile, golden);
console.log('recorded');

function write(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
