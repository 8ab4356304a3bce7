// The text of docs/errors.md: every code that `pipe` can give, from the table in src/diagnostics/codes.ts.
import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';

const origins = [
  ['file', 'In a pipeline file', '`pipe validate` finds these; nothing runs, the exit code is 2.'],
  ['call', 'In the call', 'The command line asks for what is not there; the exit code is 2.'],
  [
    'run',
    'While running',
    'A stage could not do its work; the exit code is 1. What other stages made is kept.',
  ],
];

export async function errorsDoc(project) {
  const codes = await readCodes(`${project}/src/diagnostics/codes.ts`);
  const sections = origins.map(([origin, title, text]) => {
    const rows = codes.filter((code) => code.origin === origin).map(row);
    return `## ${title}\n\n${text}\n\n| code | what it means | example | what to do |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Errors and warnings\n\nMade from src/diagnostics/codes.ts by \`npm run generate\`.\n\n${sections.join('\n')}`;
}

export async function readCodes(file) {
  const { code } = await transform(readFileSync(file, 'utf8'), { loader: 'ts', format: 'esm' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).codes;
}

const row = ({ code, meaning, example, fix }) =>
  `| \`${code}\` | ${[meaning, quoted(example), fix].map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

/** What is code in an example looks like code. */
const quoted = (text) => (/[:{$*#-]/.test(text) && !text.includes('`') ? `\`${text}\`` : text);
