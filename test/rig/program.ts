/** A copy of the program with changes in its sources: what a later version of it would be. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';

/** By path, texts and what they become. Returns the copy's launcher. */
export function changedProgram(
  t: TestContext,
  changes: { readonly [path: string]: readonly (readonly [from: string, to: string])[] },
): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-program-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['src', 'schemas', 'package.json', 'package-lock.json'])
    cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [path, replacements] of Object.entries(changes)) {
    const text = replacements.reduce(
      (before, [from, to]) => {
        if (!before.includes(from)) throw new Error(`${path} has no ${from}`);
        return before.replace(from, to);
      },
      readFileSync(path, 'utf8'),
    );
    writeFileSync(join(folder, path), text);
  }
  return join(folder, 'src/build/launch.mjs');
}
