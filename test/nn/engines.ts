/** The engines that these tests run on: wasm always, native where it is installed. */
import { readSettings } from '../../src/cli/settings.ts';
import { openEngine, type Tf } from '../../src/nn/engine.ts';
import { describeEngines } from '../../src/nn/engines.ts';

export interface TestEngine {
  readonly name: string;
  open(): Promise<Tf>;
  /** For `test(…, { skip })`. */
  readonly skip: string | false;
}

export const engines: readonly TestEngine[] = describeEngines(readSettings({}).engineSettings).map(
  (engine) => ({
    name: engine.name,
    skip: engine.works ? false : engine.why,
    open: async () => {
      if (!engine.works) throw new Error(engine.why);
      return openEngine(engine.order);
    },
  }),
);
