/** The engines that compute `mixedBfloat16`, by name: known without opening one. */
const withBfloat16: readonly string[] = ['native'];

export const computesBfloat16 = (engine: string): boolean => withBfloat16.includes(engine);
