/** What is known of CIFAR before it is there; light, so that a plan may ask. */
export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
export const cifarRows = { train: 50_000, test: 10_000 };
export const cifarExample = [32, 32, 3];
