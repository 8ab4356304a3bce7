import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../diagnostics/diagnostic.ts';
import { codeOf } from '../diagnostics/system-code.ts';

/** Writes a file where a person wants it, and makes its folder where there is none. Failure: `file-not-written`. */
export function writeTo(file: string, text: string, { flag = 'w' } = {}): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag });
  } catch (error) {
    if (['ENOSPC', 'EDQUOT', 'EIO'].includes(codeOf(error))) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('file-not-written', `\`${file}\` can not be written: ${why}`, {
      fix: 'name a file in a folder that you may write to',
    });
  }
}
