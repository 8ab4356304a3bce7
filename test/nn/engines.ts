/** The engines that these tests run on: wasm always, native where it is installed. */
import { createRequire } from 'node:module';
import { openEngine, type Tf } from '../../src/nn/engine.ts';
import { registerTrainingKernels } from '../../src/nn/kernels.ts';

export interface TestEngine {
  readonly name: string;
  open(): Promise<Tf>;
  /** For `test(…, { skip })`. */
  readonly skip: string | false;
}

const native = process.env.TRAINING_NATIVE;

export const engines: readonly TestEngine[] = [
  { name: 'wasm', open: openEngine, skip: false },
  {
    name: 'native',
    open: async () => {
      const tf: Tf = createRequire(import.meta.url)(native ?? '');
      await tf.ready();
      registerTrainingKernels(tf);
      return tf;
    },
    skip: native ? false : 'the native engine is not installed (pipe engine install native)',
  },
];
