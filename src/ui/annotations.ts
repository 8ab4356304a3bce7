/** Diagnostics for machines: GitHub's workflow commands, and SARIF 2.1.0 for code scanning. */
import { relative, resolve, sep } from 'node:path';
import type { CodeEntry } from '../diagnostics/codes.ts';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.ts';
import { isWithin } from '../diagnostics/within.ts';

/** A diagnostic of a file; one without a place in a file belongs to its start. */
export interface Found {
  readonly file: string;
  readonly diagnostic: Diagnostic;
}

/** One line each: GitHub shows them at their lines. */
export function formatGithub(found: readonly Found[]): string {
  return found.map((one) => `${command(one)}\n`).join('');
}

function command({ file, diagnostic }: Found): string {
  const { severity, code, message, fix } = diagnostic;
  const place = placeIn(file, diagnostic.place);
  const columns = place.endLine === place.line ? `,col=${place.column},endColumn=${place.endColumn}` : '';
  const path = property(pathOf(place.file));
  const where = `file=${path},line=${place.line},endLine=${place.endLine}${columns}`;
  const related = (diagnostic.related ?? []).map(
    (one) => `${pathOf(one.place.file)}:${one.place.line}: ${one.message}`,
  );
  const text = [message, ...(fix ? [fix] : []), ...related].join('\n');
  return `::${severity} ${where},title=${code}::${data(text)}`;
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

export function formatSarif(found: readonly Found[], codes: readonly CodeEntry[], version: string): string {
  const rules = codes.filter(({ code }) => found.some(({ diagnostic }) => diagnostic.code === code));
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pipe', version, rules: rules.map(rule) } },
        columnKind: 'utf16CodeUnits',
        results: found.map((one) => result(one, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const rule = ({ code, meaning, example, fix }: CodeEntry): object => ({
  id: code,
  shortDescription: { text: meaning },
  help: { text: `${fix} Example of a mistake: ${example}` },
});

function result({ file, diagnostic }: Found, rules: readonly CodeEntry[]): object {
  const { code, severity, message, fix, related = [] } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: rules.findIndex((one) => one.code === code),
    level: severity,
    message: { text: fix ? `${message}: ${fix}` : message },
    locations: [location(placeIn(file, diagnostic.place))],
    ...(related.length > 0
      ? {
          relatedLocations: related.map((one) => ({
            ...location(placeIn(file, one.place)),
            message: { text: one.message },
          })),
        }
      : {}),
  };
}

function location({ file, line, column, endLine, endColumn }: Place): object {
  const uri = pathOf(file).split('/').map(encodeURIComponent).join('/');
  const region = { startLine: line, startColumn: column, endLine, endColumn: Math.max(endColumn, column) };
  return { physicalLocation: { artifactLocation: { uri }, region } };
}

function placeIn(file: string, place: Place | undefined): Place {
  if (place && !place.file.startsWith('--')) return place;
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}

/** With forward slashes, from where GitHub counts: the repository's folder. Elsewhere from where one stands. */
function pathOf(file: string): string {
  const { GITHUB_WORKSPACE: repository } = process.env;
  const root = repository && isWithin(repository, resolve(file)) ? repository : process.cwd();
  return relative(root, resolve(file)).split(sep).join('/') || file;
}
