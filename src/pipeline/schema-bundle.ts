/** All schemas as one, for editors that have only one file. */
import { schemaNamed } from './schemas.ts';

export function bundledSchema(): object {
  const frame = schemaNamed('pipeline');
  const names = ['common', ...kindsOf(frame)];
  const defs = Object.fromEntries(names.map((name) => [name, relocated(schemaNamed(name), name)]));
  const own = relocated(frame, '');
  return { ...own, $defs: { ...('$defs' in own ? Object(own.$defs) : {}), ...defs } };
}

/** The kinds that a frame refers to. */
function kindsOf(frame: unknown): string[] {
  const found = JSON.stringify(frame).matchAll(/"\$ref":"([a-z]+)\.schema\.json"/gi);
  return [...new Set([...found].map(([, name = '']) => name))];
}

/** References that lead to its new place; a schema with an `$id` of its own would be a file of its own. */
function relocated(schema: object | null, name: string): object {
  const { $id: _id, $schema, ...rest } = { $id: '', $schema: '', ...schema };
  const text = JSON.stringify(rest)
    .replaceAll(/"\$ref":"#\/\$defs\//g, `"$ref":"#/$defs/${name === '' ? '' : `${name}/$defs/`}`)
    .replaceAll(/"\$ref":"([a-z]+)\.schema\.json#\/\$defs\//gi, '"$ref":"#/$defs/$1/$defs/')
    .replaceAll(/"\$ref":"([a-z]+)\.schema\.json"/gi, '"$ref":"#/$defs/$1"');
  return { ...(name === '' ? { $schema } : {}), ...JSON.parse(text) };
}
