/** The process of `pipe engine test`: takes an order, tells its findings, and ends. */
import { type Diagnostic, Failure } from '../../diagnostics/diagnostic.ts';
import type { EngineOrder } from '../../stages/context.ts';
import { openEngine } from '../engine.ts';
import { checkEngine, type Finding } from './check.ts';

export interface Asked {
  readonly order: EngineOrder;
  readonly speed: boolean;
}

export type Told = Finding | { readonly type: 'failed'; readonly diagnostic: Diagnostic };

const tell = (told: Told): boolean | undefined => process.send?.(told);

process.once('message', (asked: Asked) => void run(asked));

async function run({ order, speed }: Asked): Promise<void> {
  try {
    await checkEngine(await openEngine(order), speed, tell);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell({ type: 'failed', diagnostic: error.diagnostic });
    process.exitCode = 1;
  }
  process.disconnect();
  process.exit();
}
