/**
 * A broken file for every code, with the exact text that is printed for it: fixtures/CODE.yaml and CODE.txt. A first line
 * `# pipe …` is the command; without it, it is `pipe validate`. PIPE_UPDATE=1 writes the texts anew.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { codes } from '../../src/diagnostics/codes.ts';
import { launcher } from '../rig/project.ts';

const folder = 'test/diagnostics/fixtures';
const broken = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''));
const cache = mkdtempSync(join(tmpdir(), 'pipe-broken-'));

function pipe(...args: string[]): { code: number | null; text: string } {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PIPE_CACHE: cache };
  const { status, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { code: status, text: stderr.replaceAll(cache, 'CACHE').replaceAll(resolve(folder), 'PROJECT') };
}

const commandOf = (code: string): string[] | undefined =>
  /^# pipe (.*)/.exec(readFileSync(join(folder, `${code}.yaml`), 'utf8'))?.[1]?.split(' ');
const expected = (code: string): string => readFileSync(join(folder, `${code}.txt`), 'utf8');
/** Without the line that counts. */
const told = (text: string): string => text.replace(/\n\n(\d+ (errors?|warnings?) )+in \d+ files?\n$/, '\n');

if (process.env.PIPE_UPDATE === '1')
  for (const code of broken) {
    const command = commandOf(code);
    const { text } = command ? pipe(...command) : pipe('validate', `${code}.yaml`);
    writeFileSync(
      join(folder, `${code}.txt`),
      command?.[0] === 'run' ? diagnosticIn(text, code) : told(text),
    );
  }

/** Of a run: what is printed of the diagnostic. */
function diagnosticIn(text: string, code: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.includes(` error ${code}: `));
  const end = lines.findIndex((line, i) => i > start && !/^\s/.test(line));
  return `${lines.slice(start, end < 0 ? undefined : end).join('\n')}\n`;
}

test('every code that a file can cause has a broken file', () => {
  const missing = codes
    .filter(({ code, origin }) => origin === 'file' && !broken.includes(code))
    .map(({ code }) => `write ${folder}/${code}.yaml, then PIPE_UPDATE=1 npm test -- test/diagnostics`);
  assert.deepEqual(missing, []);
});

test('each broken file gets exactly its text, and its own code', () => {
  const plain = broken.filter((code) => commandOf(code) === undefined);
  const { code, text } = pipe('validate', ...plain.map((one) => `${one}.yaml`));
  assert.equal(code, 2);
  assert.equal(told(text), plain.map(expected).join(''));
  for (const one of plain) assert.match(expected(one), new RegExp(`(error|warning) ${one}: `));
});

for (const code of broken) {
  const command = commandOf(code);
  if (command)
    test(`pipe ${command.join(' ')} prints exactly its text`, () => {
      const ended = pipe(...command);
      assert.equal(ended.code, command[0] === 'run' ? 1 : 2, ended.text);
      const text = command[0] === 'run' ? diagnosticIn(ended.text, code) : told(ended.text);
      assert.equal(text, expected(code));
      assert.match(text, new RegExp(`(error|warning) ${code}: `));
    });
}
