/** Dawn's module out of the npm package `webgpu`: Chromium's WebGPU as an addon. */
export interface Dawn {
  /** Whatever comes of it works only as long as this one is referenced. */
  create(flags: readonly string[]): Gpu;
  /** Classes and constants that a browser has as globals. */
  readonly globals: object;
}

export interface Gpu {
  requestAdapter(options: GPURequestAdapterOptions): Promise<Adapter | null>;
}

/** The types are of an older draft. */
export type Adapter = GPUAdapter & { readonly info: GPUAdapterInfo };

export function requestAdapter(gpu: Gpu): Promise<Adapter | null> {
  return gpu.requestAdapter({ powerPreference: 'high-performance' });
}
