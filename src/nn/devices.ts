/** Which processors of graphics the system shows, told from files: what it is worth to install an engine for. */
import { existsSync } from 'node:fs';

export function hasNvidia(): boolean {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
}

/** Linux shows one as a render node; macOS and Windows always have one. */
export function hasGpu(): boolean {
  return process.platform !== 'linux' || hasNvidia() || existsSync('/dev/dri/renderD128');
}
