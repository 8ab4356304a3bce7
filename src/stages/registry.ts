/** The kinds of stage there are. Declarations are light; the code that runs is imported in the stage's own process only. */
import { augment } from './augment/kind.ts';
import { build } from './build/kind.ts';
import { command } from './command/kind.ts';
import type { RunStage } from './context.ts';
import { download } from './download/kind.ts';
import { explained } from './engine-failures.ts';
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

/** `command` has no entry: the host starts the program itself. `tune` has none: it is coordinated in the parent. */
export const runners: { readonly [kind: string]: () => Promise<{ run: RunStage }> } = {
  download: () => import('./download/stage.ts'),
  normalize: () => import('./normalize/stage.ts'),
  augment: () => import('./augment/stage.ts'),
  build: () => import('./build/stage.ts'),
  features: () => import('./features/stage.ts').then(explained),
  train: () => import('./train/stage.ts').then(explained),
  evaluate: () => import('./evaluate/stage.ts').then(explained),
  report: () => import('./report/stage.ts'),
};
