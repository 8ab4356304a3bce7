/** Which wheel a system needs. */
import { Failure } from '../../../diagnostics/diagnostic.ts';

export interface Requirement {
  /** For pip: `tensorflow-cpu==2.20.0`. */
  readonly what: string;
  readonly flags: readonly string[];
  readonly platforms: readonly string[];
}

const linux = (arch: string): string[] => [
  ...['manylinux2014', 'manylinux_2_17', 'manylinux_2_27', 'manylinux_2_28', 'manylinux1'].map(
    (tag) => `${tag}_${arch}`,
  ),
];

/** Failure: `unsupported-system`. */
export function requirementFor(version: string, gpu: boolean): Requirement {
  const system = `${process.platform}-${process.arch}`;
  if (gpu) {
    if (system !== 'linux-x64') throw unsupported('NVIDIA publishes its libraries for Linux on x64 alone');
    refuseMusl();
    return { what: `tensorflow[and-cuda]==${version}`, flags: [], platforms: linux('x86_64') };
  }
  const flags = ['--no-deps'];
  switch (system) {
    case 'linux-x64':
      refuseMusl();
      return { what: `tensorflow-cpu==${version}`, flags, platforms: linux('x86_64') };
    case 'linux-arm64':
      return { what: `tensorflow==${version}`, flags, platforms: linux('aarch64') };
    case 'darwin-arm64':
      return { what: `tensorflow==${version}`, flags, platforms: ['macosx_12_0_arm64'] };
    default:
      throw unsupported(`its wheels for ${system} hold no library that the addon could use`);
  }
}

function refuseMusl(): void {
  const { header } = Object(process.report.getReport());
  if (header?.glibcVersionRuntime === undefined)
    throw unsupported('its wheels need glibc, and this Linux has another C library');
}

function unsupported(why: string): Failure {
  return new Failure('unsupported-system', `TensorFlow can't be installed here: ${why}`, {
    fix: 'compute on wasm, which is always there, or on a GPU: pipe engine install webgpu',
  });
}
