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

/** Early stopping that restores the best weights does so at the end, too. */
function patienceTooLong(callback: Callback, epochs: number, i: number, at: At): Diagnostic[] {
  const { reduceLROnPlateau: plateau, earlyStopping: stopping } = callback;
  const [name, patience] = plateau
    ? ['reduceLROnPlateau', plateau.patience]
    : stopping && !stopping.restoreBestWeights
      ? ['earlyStopping', stopping.startFromEpoch + stopping.patience]
      : ['', 0];
  if (patience <= epochs) return [];
  return [
    at(`callbacks.${i}.${name}.patience`, {
      severity: 'warning',
      code: 'never-acts',
      message: `${name} waits ${patience} epochs, longer than the training of ${epochs}: it never acts`,
      fix: 'lower patience, raise epochs, or remove the callback',
    }),
  ];
}
