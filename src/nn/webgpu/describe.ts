/** What the webgpu engine finds on this machine. */
import { hasGpu } from '../devices.ts';
import { type Engine, type EngineSettings, ranks } from '../engines.ts';
import { ask, loaderError } from '../probe.ts';
import { findDawn, webgpuVersion } from './installation.ts';

export const webgpuProbe = `
const gpu = require(process.argv[1]).create([]);
gpu.requestAdapter({ powerPreference: 'high-performance' }).then((adapter) => {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  console.log(JSON.stringify({ found: adapter !== null, vendor, architecture, device, description, software: isFallbackAdapter }));
  process.exit(0);
});`;

export function describeWebgpu({ folder, env, fresh = false }: EngineSettings): Engine {
  const found = findDawn(folder);
  const fix = '`pipe engine install webgpu`';
  if (found.state !== 'whole')
    return { name: 'webgpu', works: false, why: found.why, fix, faster: hasGpu() ? fix : null };
  const { told, log } = ask({ folder, addon: found.dawn, program: webgpuProbe, env, fresh });
  // Without a GPU it tells so: whoever tells nothing has not been loaded, or has crashed.
  if (told === null) {
    const why = `its addon fails: ${loaderError(log)}`;
    return { name: 'webgpu', works: false, why, fix: `install it again: ${fix}`, faster: null };
  }
  if (told.found !== true)
    return {
      name: 'webgpu',
      works: false,
      why: log === '' ? 'no GPU was found' : `no GPU was found (${firstLine(log)})`,
      fix: 'install a Vulkan driver of the GPU (on macOS and Windows the system has one)',
      faster: null,
    };
  const device = String(told.description || told.device || told.architecture || told.vendor);
  const software = told.software === true;
  return {
    name: 'webgpu',
    works: true,
    label: `WebGPU on ${device}${software ? ' (a software adapter: slower than wasm)' : ''}`,
    rank: software ? null : ranks.gpu,
    bfloat16: false,
    identity: { engine: 'webgpu', library: `tfjs 4.22.0, dawn ${webgpuVersion}`, device },
    order: { name: 'webgpu', files: { dawn: found.dawn } },
    env: {},
  };
}

const firstLine = (log: string): string => (log.split('\n')[0] ?? '').replace(/^Warning: /, '');
