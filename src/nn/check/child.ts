/** The process of `pipe engine test`: takes an order, tells its findings, and ends. */
import type { EngineOrder } from '../../stages/context.ts';
import { openEngine } from '../engine.ts';
import { checkEngine } from './check.ts';

export interface Asked {
  readonly order: EngineOrder;
  readonly speed: boolean;
}

process.once('message', (asked: Asked) => void run(asked));

async function run({ order, speed }: Asked): Promise<void> {
  const tf = await openEngine(order);
  await checkEngine(tf, speed, (finding) => process.send?.(finding));
  process.disconnect();
  process.exit(0);
}
