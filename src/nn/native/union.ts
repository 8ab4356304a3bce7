/**
 * What @tensorflow/tfjs-node-gpu gets for @tensorflow/tfjs (src/build/build.mjs): the core that everything here shares,
 * without the layers, data and other backends of the union package.
 */
import { KernelBackend as Base } from '@tensorflow/tfjs-core/dist/index.js';

export * from '@tensorflow/tfjs-core/dist/index.js';

/** The package's JavaScript is of 2009: it calls the constructor of the class that it extends, which a class refuses. */
export function KernelBackend(): void {}
KernelBackend.prototype = Base.prototype;
