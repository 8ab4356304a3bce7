/** A pipeline of every built-in kind but tune, small enough to be trained in a test. */
export const small = `version: 1
name: small
seed: 7
stages:
  download: { dataset: shapes10, limit: { train: 100, test: 40 }, validation: 0.2 }
  normalize: { data: download }
  augment: { data: normalize, rotation: 20 }
  build:
    input: [32, 32, 3]
    layers:
      - conv2d: { filters: 4, kernelSize: 3, activation: relu }
      - batchNormalization: {}
      - globalAveragePooling2d: {}
      - dropout: { rate: 0.2 }
      - dense: { units: 10, activation: softmax }
  train: { model: build, data: augment, epochs: 2, batchSize: 16 }
  evaluate: { model: train, data: normalize }
  report: { of: [download, augment, train, evaluate] }
`;
