/** The code that runs a stage of each kind, imported in the stage's own process only, and only when it is wanted. */
import type { RunStage } from './context.ts';

/** `command` has no entry: its program is started as it is. `tune` has none: it is coordinated in the parent. */
export const runners: { readonly [kind: string]: () => Promise<{ run: RunStage }> } = {
  download: () => import('./download/stage.ts'),
  normalize: () => import('./normalize/stage.ts'),
  augment: () => import('./augment/stage.ts'),
  build: () => import('./build/stage.ts'),
  features: () => explained(import('./features/stage.ts')),
  train: () => explained(import('./train/stage.ts')),
  evaluate: () => explained(import('./evaluate/stage.ts')),
  report: () => import('./report/stage.ts'),
};

/** What an engine says when it fails, in words that help. */
async function explained(stage: Promise<{ run: RunStage }>): Promise<{ run: RunStage }> {
  return (await import('./engine-failures.ts')).explained(await stage);
}
