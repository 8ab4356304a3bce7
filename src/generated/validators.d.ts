/** Fills defaults into `value` and says whether it fits; what does not fit may be left with some of them. */
export type Fits = (value: unknown) => boolean;
export const pipeline: Fits;
export const download: Fits;
export const normalize: Fits;
export const augment: Fits;
export const build: Fits;
export const features: Fits;
export const train: Fits;
export const tune: Fits;
export const evaluate: Fits;
export const report: Fits;
export const command: Fits;
export const matrix: Fits;
