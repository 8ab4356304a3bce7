import { readFileSync } from 'node:fs';
import { Failure } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { bundledSchema } from '../pipeline/schema-bundle.ts';
import { dereferenced, type Schema, schemaNamed } from '../pipeline/schemas.ts';
import { schemaBeside } from '../stages/custom/kind.ts';
import { kindNamed, kindNames } from '../stages/registry.ts';
import { sizeOr } from '../ui/size.ts';
import type { CommonFlags } from './main.ts';
import { print } from './output.ts';

/** Without a kind, the schema of a whole file; with one a page about it, or with --json its schema. */
export async function schema(kind: string | undefined, flags: CommonFlags): Promise<number> {
  if (kind === undefined) {
    print(JSON.stringify(bundledSchema(), null, 2));
    return 0;
  }
  const found = schemaOf(kind);
  if (flags.json) print(JSON.stringify(found, null, 2));
  else {
    const { schemaPage } = await import('../ui/schema-page.ts');
    const width = Math.min(sizeOr(100, process.stdout.columns), 110);
    // What is common to all kinds refers to its own definitions.
    const follow = (one: Schema): Schema => {
      const known = dereferenced(one, found);
      return known.$ref === undefined ? known : dereferenced(known, schemaNamed('common'));
    };
    print(schemaPage(found, { name: kind, width, dereferenced: follow, kind: kindNamed(kind) ?? null }));
  }
  return 0;
}

function schemaOf(kind: string): Schema {
  const names = kindNames();
  const isModule = /[/\\.]/.test(kind);
  const own = names.includes(kind) ? schemaNamed(kind) : isModule ? moduleSchema(kind) : null;
  if (own) return own;
  if (isModule)
    throw new Failure('file-not-found', `\`${kind}\` has no readable schema \`${schemaBeside(kind)}\``, {
      fix: 'look at the path; it is taken from the folder you are in',
    });
  const near = nearest(kind, names);
  throw new Failure('unknown-kind', `\`${kind}\` is not a kind of stage`, {
    fix: near ? `did you mean \`${near}\`?` : `the kinds are ${names.join(', ')}, and modules: ./my-stage.ts`,
  });
}

function moduleSchema(module: string): Schema | null {
  try {
    return JSON.parse(readFileSync(schemaBeside(module), 'utf8'));
  } catch {
    return null;
  }
}
