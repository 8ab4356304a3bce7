/** A pipeline as lists and folders name it: `cifar`, with a profile `cifar@quick`. */
export const withProfile = (pipeline: string, profile: string | null): string =>
  profile === null ? pipeline : `${pipeline}@${profile}`;
