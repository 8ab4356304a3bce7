/** The kinds of stage there are. Declarations are light; the code that runs is in runners.ts. */
import { augment } from './augment/kind.ts';
import { build } from './build/kind.ts';
import { command } from './command/kind.ts';
import { download } from './download/kind.ts';
import { evaluate } from './evaluate/kind.ts';
import { features } from './features/kind.ts';
import type { Kind } from './kind.ts';
import { normalize } from './normalize/kind.ts';
import { report } from './report/kind.ts';
import { train } from './train/kind.ts';
import { tuneKind } from './tune/kind.ts';

const kinds = new Map<string, Kind>(
  [download, normalize, augment, build, features, train, tuneKind(kindNamed), evaluate, report, command].map(
    (kind) => [kind.name, kind],
  ),
);

export function kindNames(): string[] {
  return [...kinds.keys()];
}

export function kindNamed(name: string): Kind | undefined {
  return kinds.get(name);
}
