/** A train stage's params as its schema fills them. */
import type { Stages } from '../../src/generated/types.ts';
import * as validators from '../../src/generated/validators.js';
import type { JsonObject } from '../../src/stages/kind.ts';
import { paramsOf } from '../../src/stages/params.ts';

export function trainParams(chosen: JsonObject): Stages['train'] {
  const params: JsonObject = structuredClone({ model: 'build', data: 'data', epochs: 1, ...chosen });
  if (!validators.train(params)) throw new Error(`no training: ${JSON.stringify(chosen)}`);
  return paramsOf('train', params);
}
