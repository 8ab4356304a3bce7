/** The engines that these tests run on: wasm always, native where it is installed. */
import { readSettings } from '../../src/cli/settings.ts';
import { openEngine, type Tf } from '../../src/nn/engine.ts';
import { describeEngines, type Engine } from '../../src/nn/engines.ts';

export interface TestEngine {
  readonly name: string;
  open(): Promise<Tf>;
  /** For `test(…, { skip })`. */
  readonly skip: string | false;
  /** Of tests that take a minute on a software adapter: `skip`, and where it is slow and this is no soak. */
  readonly skipLong: string | false;
}

export const engines: readonly TestEngine[] = describeEngines(readSettings({}).engineSettings).map(
  (engine) => ({
    name: engine.name,
    open: () => openEngine(engine.works ? engine.order : null),
    skip: whyNot(engine),
    skipLong:
      whyNot(engine) ||
      (engine.works && engine.rank === null && process.env.PIPE_SOAK === undefined
        ? 'a software adapter is slow: npm run test:soak'
        : false),
  }),
);

function whyNot(engine: Engine): string | false {
  return engine.works ? false : `the engine ${engine.name} does not work here: ${engine.fix}`;
}
