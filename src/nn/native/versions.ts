/** Which TensorFlow the addon can be compiled against and run with. */

/** Fetched unless a wheel is given. */
export const tensorflowVersion = '2.20.0';
/** 2.9.1 lacks symbols that the wheels have only since. */
const oldest = [2, 12] as const;

/** Why a version is too old, or null. */
export function whyTooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = oldest;
  if (major === wantedMajor && minor >= wantedMinor) return null;
  return `it is TensorFlow ${version}, and ${wantedMajor}.${wantedMinor} or a newer ${wantedMajor} is needed`;
}
