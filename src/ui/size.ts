/** Of a terminal; one that does not know its own says 0. */
export function sizeOr(preset: number, told: number | undefined): number {
  return told !== undefined && told > 0 ? told : preset;
}
