/** Real pipelines, mutated: whatever a file holds, it is refused in words, at a place, at once. PIPE_SOAK=1 tries 20,000. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { checkFile } from '../../src/pipeline/check.ts';
import { formatDiagnostics } from '../../src/ui/diagnostics.ts';

const files = process.env.PIPE_SOAK === '1' ? 20_000 : 1_500;
const originals = [...globSync('pipelines/**/*.yaml'), ...globSync('test/diagnostics/fixtures/*.yaml')].map(
  (path) => readFileSync(path, 'utf8'),
);

/** What YAML, the schemas and the language itself treat in a way of their own. */
const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ': ',
    '- ',
    '? ',
    '#',
    '&a ',
    '*a',
    '!!binary ',
    '<<: *a',
    '|\n',
    '>\n',
    '---\n',
    '"',
    "'",
    '\t',
    '\r\n',
    '%YAML 1.1\n',
  ],
  ...[
    'null',
    '~',
    'yes',
    '.nan',
    '.inf',
    '-0',
    '1e999',
    '0x1F',
    '1_000',
    '99999999999999999999',
    '-1',
    '0.5',
    '[]',
    '{}',
    '""',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'],
  ...[
    '${epochs}',
    '${}',
    '${',
    '$${x}',
    '${stages.train.loss}',
    '${stages.}',
    '${matrix.seed}',
    '${trial.x}',
    '${a.b.c}',
  ],
  ...[
    'matrix: { seed: [1, 2] }',
    'extends: ./p.yaml',
    'extends: ../x.yaml',
    'kind: ./p.ts',
    'kind: tune',
    'repeat: { times: 1000000, layers: [] }',
  ],
  ...[
    'train[seed=1]',
    'train.trained',
    'a.b.c',
    '../../etc/passwd',
    '\u0000',
    '\u001b[31m',
    '\u202e',
    '\u2028',
    '😀',
    'é',
    '\ufeff',
  ],
];

const piece = fc.oneof(
  fc.constantFrom(...tokens),
  fc.string({ maxLength: 8 }),
  fc.integer().map(String),
  fc.double().map(String),
);
const at = fc.double({ min: 0, max: 1, noNaN: true });
const mutation = fc.oneof(
  fc.record({ how: fc.constant('insert' as const), at, piece }),
  fc.record({ how: fc.constant('replace word' as const), at, piece }),
  fc.record({ how: fc.constant('delete' as const), at, length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ how: fc.constant('repeat line' as const), at, times: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ how: fc.constant('move line' as const), at, to: at }),
  fc.record({ how: fc.constant('indent line' as const), at, by: fc.integer({ min: 1, max: 4 }) }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

function mutated(text: string, change: Mutation): string {
  const where = Math.floor(change.at * text.length);
  const lines = text.split('\n');
  const line = Math.floor(change.at * lines.length);
  switch (change.how) {
    case 'insert':
      return text.slice(0, where) + change.piece + text.slice(where);
    case 'delete':
      return text.slice(0, where) + text.slice(where + change.length);
    case 'replace word': {
      const rest = text.slice(where).replace(/[\w.]+/, () => change.piece);
      return text.slice(0, where) + rest;
    }
    case 'repeat line':
      return lines
        .flatMap((one, i) => (i === line ? new Array<string>(change.times).fill(one) : [one]))
        .join('\n');
    case 'move line': {
      const [moved = ''] = lines.splice(line, 1);
      lines.splice(Math.floor(change.to * lines.length), 0, moved);
      return lines.join('\n');
    }
    case 'indent line':
      return lines.map((one, i) => (i === line ? ' '.repeat(change.by) + one : one)).join('\n');
  }
}

test(`${files} mutated pipelines: no crash, no hang, no error without a place, nothing in a message that a terminal obeys`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-fuzz-'));
  const file = join(folder, 'p.yaml');
  const pipeline = fc
    .tuple(fc.constantFrom(...originals), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([text, changes]) => changes.reduce(mutated, text));
  try {
    fc.assert(
      fc.property(pipeline, (text) => {
        writeFileSync(file, text);
        const before = process.cpuUsage();
        const found = checkFile(file, { root: folder, set: [] }).diagnostics;
        const { user, system } = process.cpuUsage(before);
        assert.ok((user + system) / 1e6 < 1, `it took ${(user + system) / 1e6} s of CPU`);
        for (const one of found) {
          assert.ok(one.place, `${one.code}: ${one.message}`);
          assert.ok(one.place.line >= 1 && one.place.column >= 1, JSON.stringify(one.place));
        }
        const printed = formatDiagnostics(found, { color: false, readSource: () => text });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
        assert.doesNotMatch(printed, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        assert.doesNotMatch(printed, /\n\s+at .*:\d+:\d+/);
      }),
      {
        numRuns: files,
        ...(process.env.PIPE_SEED === undefined ? {} : { seed: Number(process.env.PIPE_SEED) }),
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
