/** The classes that a model knows worst. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStage } from '../../../src/stages/context.ts';
import { lowest } from './lowest.ts';

export const run: RunStage = async (context) => {
  const file = context.input('scores').files['metrics.json'] ?? '';
  const { perClass }: { perClass: { class: string; recall: number; precision: number }[] } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const by = context.params.by === 'precision' ? 'precision' : 'recall';
  const worst = lowest(perClass, (one) => one[by], Number(context.params.count));
  writeFileSync(join(context.outDir('classes'), 'worst.json'), `${JSON.stringify(worst, null, 2)}\n`);
  const names = worst.map((one) => one.class).join(', ');
  return { summary: `lowest ${by}: ${names}`, values: { class: worst[0]?.class ?? '', by } };
};
