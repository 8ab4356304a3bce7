import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInputs } from '../../report/inputs.ts';
import { makePage } from '../../report/page.ts';
import { browserScript } from '../../report/script.ts';
import type { RunStage } from '../context.ts';
import { paramsOf } from '../params.ts';

export const run: RunStage = async (context) => {
  const { title, sections } = paramsOf('report', context.params);
  const input = await readInputs(context.inputs('of'), context.lineage);
  const { html, files } = makePage(title, input, sections, browserScript());
  const folder = context.outDir('page');
  for (const [path, text] of Object.entries({ 'report.html': html, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { summary: `report.html, ${(Buffer.byteLength(html) / 1024).toFixed(0)} kB` };
};
