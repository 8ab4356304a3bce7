/** Everything that is wrong with a file, with any of its profiles. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { withTrialsChecked } from './check-trials.ts';
import { readTree } from './extends.ts';
import { type LoadOptions, loadTree } from './load.ts';
import { child } from './nodes.ts';
import { inOrder, keyOf, resolveStages } from './read.ts';

/** With `profile` that one alone; else the file as it is, and what each of its profiles adds. */
export function checkFile(file: string, options: LoadOptions): readonly Diagnostic[] {
  const tree = readTree(file, options.root);
  if (!tree.ok) return tree.diagnostics;
  const check = (profile?: string): readonly Diagnostic[] => {
    const { pipeline, broken, diagnostics } = loadTree(
      tree.value,
      file,
      profile === undefined ? options : { ...options, profile },
    );
    const resolved = withTrialsChecked(resolveStages(pipeline, { broken, problems: diagnostics, outer: [] }));
    return resolved.ok ? (resolved.warnings ?? []) : resolved.diagnostics;
  };
  const base = check();
  const profiles = child(tree.value.root, 'profiles');
  if (options.profile !== undefined || profiles?.type !== 'map') return base;
  const told = new Set(base.map(keyOf));
  const added = [...profiles.entries].flatMap(([name, { key }]) =>
    check(name)
      .filter((one) => !told.has(keyOf(one)) && told.add(keyOf(one)))
      .map((one) => ({
        ...one,
        related: [...(one.related ?? []), { message: 'with this profile', place: key }],
      })),
  );
  return inOrder([...base, ...added]);
}
