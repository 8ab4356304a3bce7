import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInputs } from '../../report/inputs.ts';
import { makePage } from '../../report/page.ts';
import type { RunStage } from '../context.ts';
import { paramsOf } from '../params.ts';

export const run: RunStage = async (context) => {
  const { title } = paramsOf('report', context.params);
  const page = makePage(title, readInputs(context.inputs('of')));
  writeFileSync(join(context.outDir('page'), 'report.html'), page);
  return { summary: `report.html, ${(page.length / 1024).toFixed(0)} kB` };
};
