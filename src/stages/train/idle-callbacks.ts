/** Callbacks that could never do anything in a training as it is written. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Stages } from '../../generated/types.ts';
import type { CheckInput } from '../kind.ts';

type Params = Stages['train'];
type Callback = Params['callbacks'][number];
type At = CheckInput['at'];

export function idleCallbacks(own: Params, at: At): Diagnostic[] {
  return own.callbacks.flatMap((callback, i) => [
    ...(callback.reduceLROnPlateau ? floorAboveRate(callback.reduceLROnPlateau, own, i, at) : []),
    ...patienceTooLong(callback, own.epochs, i, at),
  ]);
}

function floorAboveRate(
  { minLearningRate }: NonNullable<Callback['reduceLROnPlateau']>,
  { optimizer }: Params,
  i: number,
  at: At,
): Diagnostic[] {
  const [options = {}] = Object.values(optimizer);
  const rate: unknown = 'learningRate' in options ? options.learningRate : undefined;
  if (typeof rate !== 'number' || minLearningRate < rate) return [];
  return [
    at(`callbacks.${i}.reduceLROnPlateau.minLearningRate`, {
      code: 'conflicting-options',
      message: `minLearningRate is ${minLearningRate} and the rate itself ${rate}: it could never be cut`,
      fix: `take less than ${rate}`,
    }),
  ];
}

/**
 * What is done after the last epoch changes nothing any more, and the first epoch that is seen is the best so far, unless it
 * is asked for more than a baseline. Early stopping that restores the best weights does so at the end, too.
 */
function patienceTooLong(callback: Callback, epochs: number, i: number, at: At): Diagnostic[] {
  const { reduceLROnPlateau: plateau, earlyStopping: stopping } = callback;
  const [name, first] = plateau
    ? ['reduceLROnPlateau', 1 + Math.max(1, plateau.patience)]
    : stopping && !stopping.restoreBestWeights
      ? [
          'earlyStopping',
          stopping.startFromEpoch +
            Math.max(2, stopping.patience + (stopping.baseline === undefined ? 1 : 0)),
        ]
      : ['', 0];
  if (name === '' || !(first >= epochs)) return [];
  return [
    at(`callbacks.${i}.${name}.patience`, {
      severity: 'warning',
      code: 'never-acts',
      message: `${name} acts after epoch ${first} at the earliest, the training has ${epochs}: it never changes anything`,
      fix: 'lower patience, raise epochs, or remove the callback',
    }),
  ];
}
