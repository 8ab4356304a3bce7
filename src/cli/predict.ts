import { openCache } from '../cache/cache.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { findTrained } from '../experiments/trained.ts';
import { chooseEngine } from '../nn/engines.ts';
import { type Predicted, predictImages, type Unreadable } from '../nn/predict-images.ts';
import type { CommonFlags } from './main.ts';
import { print, printJson, refuse, talk } from './output.ts';
import { readSettings } from './settings.ts';

export interface PredictFlags extends CommonFlags {
  readonly top?: string;
  readonly run?: string;
}

/** Exit code 2 when a file is no whole image; the others are predicted all the same. */
export async function predict(
  stage: string,
  images: readonly string[],
  flags: PredictFlags,
): Promise<number> {
  const settings = readSettings(flags);
  const trained = await findTrained(stage, flags.run, await openCache(settings.cacheFolder));
  const engine = chooseEngine(settings.engine ?? 'auto', settings.engineSettings);
  const { predicted, unreadable } = await predictImages(images, trained.files, engine, settings.env);
  const shown = Number(flags.top ?? (flags.json ? Number.POSITIVE_INFINITY : 3));
  const best = predicted.map((one) => ({ ...one, classes: one.classes.slice(0, shown) }));
  if (flags.json)
    for (const one of best) printJson({ version: 1, run: trained.run, stage, engine: engine.name, ...one });
  else if (best.length > 0) {
    (await talk()).line(`${stage} of run ${trained.run} (${trained.pipeline})`);
    print(await table(best));
  }
  return unreadable.length > 0 ? refuse(unreadable.map(told), flags) : 0;
}

async function table(predicted: readonly Predicted[]): Promise<string> {
  const { formatTable } = await import('../ui/table.ts');
  const rows = predicted.flatMap(({ image, classes }) =>
    classes.map((one, i) => [i === 0 ? image : '', one.class, `${(one.probability * 100).toFixed(2)}%`]),
  );
  return formatTable(['image', 'class', 'probability'], rows);
}

const told = ({ image, why }: Unreadable): Diagnostic => ({
  severity: 'error',
  code: 'unreadable-image',
  message: `${image}: ${why}`,
});
