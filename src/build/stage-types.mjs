// The text of src/generated/stage.d.ts: what a project's own stage imports its types from, in one file that needs no other.
import { readFileSync } from 'node:fs';

/** Context.ts as it is, with what it imports in place of the imports. */
export async function stageTypes(project) {
  const { default: ts } = await import('typescript');
  const parse = (path) =>
    ts.createSourceFile(path, readFileSync(`${project}/src/${path}`, 'utf8'), ts.ScriptTarget.Latest, true);
  const context = parse('stages/context.ts');
  const imports = context.statements.filter(ts.isImportDeclaration);
  const own = context.text.slice(imports.at(-1).end).trim();
  const kinds = parse('stages/kind.ts');
  const taken = [
    ...['Json', 'JsonObject'].map((name) => declared(ts, kinds, name)),
    portType(ts, kinds),
    declared(ts, parse('plan/lineage.ts'), 'LineageStage'),
  ];
  return `// Made from src/stages/context.ts by \`npm run generate\`.\n\n${[...taken, own].join('\n\n')}\n`;
}

function declared(ts, file, name) {
  const found = file.statements.find(
    (one) => (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)) && one.name.text === name,
  );
  return found.getFullText().trim();
}

/** Of the list that it is taken from. */
function portType(ts, file) {
  const list = file.statements
    .filter(ts.isVariableStatement)
    .flatMap((one) => [...one.declarationList.declarations])
    .find((one) => one.name.text === 'portTypes');
  const types = list.initializer.expression.elements.map((one) => `'${one.text}'`);
  return `export type PortType = ${[...types, "'facts'"].join(' | ')};`;
}
