import { readFileSync } from 'node:fs';

/** src/report/browser as one script; the build leaves it beside the program's own code. */
export function browserScript(): string {
  return readFileSync(new URL('./report.js', import.meta.url), 'utf8');
}
