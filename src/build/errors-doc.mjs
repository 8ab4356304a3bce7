// The text of docs/errors.md: every code that `pipe` can give, from the table in src/diagnostics/codes.ts.
import { existsSync, readFileSync } from 'node:fs';
import { transform } from 'esbuild';

const origins = [
  [
    'file',
    'In a pipeline file',
    '`pipe validate` finds these. With an error nothing runs and the exit code is 2; a warning stops nothing, unless `--strict` is given.',
  ],
  ['call', 'In the call', 'The command line asks for what is not there; the exit code is 2.'],
  [
    'run',
    'While running',
    'What is seen before the first stage ends the run with exit code 2, what a stage comes to with 1. What other stages made is kept.',
  ],
];

export async function errorsDoc(project) {
  const codes = await readCodes(`${project}/src/diagnostics/codes.ts`);
  const sections = origins.map(([origin, title, text]) => {
    const rows = codes.filter((code) => code.origin === origin).map(row);
    return `## ${title}\n\n${text}\n\n| code | what it means | example | what to do |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const intro = `Made from src/diagnostics/codes.ts and the broken files under test/diagnostics/fixtures by \`npm run generate\`.`;
  return `# Errors and warnings\n\n${intro}\n\n${sections.join('\n')}\n${examples(project, codes)}`;
}

/** What is printed, to the character: a test holds every text to what `pipe` prints. */
function examples(project, codes) {
  const folder = `${project}/test/diagnostics/fixtures`;
  const printed = codes
    .filter(({ code }) => existsSync(`${folder}/${code}.txt`))
    .map(({ code }) => `### ${code}\n\n\`\`\`\n${readFileSync(`${folder}/${code}.txt`, 'utf8')}\`\`\`\n`);
  return `## What they look like\n\nOf a broken file for each code that a file can cause; a test holds every text to what is printed.\n\n${printed.join('\n')}`;
}

export async function readCodes(file) {
  const { code } = await transform(readFileSync(file, 'utf8'), { loader: 'ts', format: 'esm' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).codes;
}

const row = ({ code, meaning, example, fix }) =>
  `| \`${code}\` | ${[meaning, quoted(example), fix].map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;

/** What is code in an example looks like code. */
const quoted = (text) => (/[:{$*#-]/.test(text) && !text.includes('`') ? `\`${text}\`` : text);
