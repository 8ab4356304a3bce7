/** Options of a training that each are right and contradict each other. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Stages } from '../../generated/types.ts';
import type { CheckInput, ModelForm, ParamProblem } from '../kind.ts';
import { idleCallbacks } from './idle-callbacks.ts';

type Params = Stages['train'];
type At = CheckInput['at'];

export function contradictions(own: Params, model: ModelForm | undefined, at: At): Diagnostic[] {
  return [
    ...(model ? lossAgainst(model.lastActivation, own).map(({ path, ...problem }) => at(path, problem)) : []),
    ...smoothing(own, at),
    ...twoClips(own, at),
    ...rates(own, at),
    ...idleCallbacks(own, at),
    ...warmUpTooLong(own, at),
    ...withoutEffect(own, at),
  ];
}

/** `last`: the model's last activation, null where its last layer has none. */
export function lossAgainst(last: string | null, own: Params): ParamProblem[] {
  if (own.fromLogits !== (last === 'softmax')) return [];
  return [
    own.fromLogits
      ? {
          path: 'fromLogits',
          code: 'loss-mismatch',
          message: "fromLogits takes a model without softmax; this model's last activation is softmax",
          fix: 'leave out fromLogits, or end the model with activation: linear',
        }
      : {
          path: 'loss',
          code: 'loss-mismatch',
          message: `${own.loss} needs probabilities; the model's last activation is ${last ?? 'none'}`,
          fix: 'end the model with activation: softmax, or say fromLogits: true',
        },
  ];
}

/** Callbacks that watch what there is not without validation rows. */
export function blindCallbacks({ callbacks }: Params): ParamProblem[] {
  return callbacks.flatMap(({ reduceLROnPlateau, earlyStopping }, i) =>
    Object.entries({ reduceLROnPlateau, earlyStopping }).flatMap(([name, options]): ParamProblem[] =>
      options?.monitor.startsWith('val')
        ? [
            {
              path: `callbacks.${i}.${name}.monitor`,
              code: 'unknown-metric',
              message: `there are no validation rows, so there is no ${options.monitor}`,
              fix: 'keep some rows for validation, or monitor loss',
            },
          ]
        : [],
    ),
  );
}

function smoothing(own: Params, at: At): Diagnostic[] {
  if (own.labelSmoothing === 0 || own.loss === 'categoricalCrossentropy') return [];
  const message = `${own.loss} has no labelSmoothing`;
  return [at('labelSmoothing', { code: 'loss-mismatch', message, fix: 'loss: categoricalCrossentropy has' })];
}

function twoClips({ optimizer }: Params, at: At): Diagnostic[] {
  const [[name, options] = ['', {}]] = Object.entries(optimizer);
  const clips = Object.keys(options).filter((key) => /clip/i.test(key));
  if (clips.length < 2) return [];
  const message = `only one of ${clips.join(', ')} can be used, as in Keras`;
  return [at(`optimizer.${name}.${clips[1]}`, { code: 'conflicting-options', message, fix: 'keep one' })];
}

/** In Keras a schedule's rate can't be set by callbacks: it raises an error there. */
function rates({ schedule, callbacks }: Params, at: At): Diagnostic[] {
  if (!schedule) return [];
  const { boundaries = [], values = [] } = schedule.piecewise ?? {};
  const setters = callbacks.flatMap((callback, i) =>
    Object.keys(callback).flatMap((name) =>
      name === 'earlyStopping'
        ? []
        : at(`callbacks.${i}.${name}`, {
            code: 'conflicting-options',
            message: `\`schedule\` sets the rate of every step; ${name} could not change it`,
            fix: 'keep one of the two',
          }),
    ),
  );
  const wrong = schedule.piecewise !== undefined && values.length !== boundaries.length + 1;
  const falls = boundaries.findIndex((epoch, i) => epoch <= (boundaries[i - 1] ?? -1));
  return [
    ...setters,
    ...(wrong
      ? [
          at('schedule.piecewise.values', {
            code: 'conflicting-options',
            message: `piecewise has ${boundaries.length} boundaries, so ${boundaries.length + 1} values; found ${values.length}`,
          }),
        ]
      : []),
    ...(falls < 0
      ? []
      : [
          at(`schedule.piecewise.boundaries.${falls}`, {
            code: 'conflicting-options',
            message: `boundaries must rise; ${boundaries[falls]} comes after ${boundaries[falls - 1]}`,
          }),
        ]),
  ];
}

/** Options that say how something is done that is not done. */
function withoutEffect({ optimizer: { sgd }, schedule }: Params, at: At): Diagnostic[] {
  const idle = (path: string, message: string, fix: string): Diagnostic =>
    at(path, { severity: 'warning', code: 'never-acts', message, fix });
  const cosine = schedule?.cosine;
  return [
    ...(sgd?.nesterov && sgd.momentum === 0
      ? [
          idle(
            'optimizer.sgd.nesterov',
            'nesterov changes how momentum is used, and there is none',
            'add momentum, or remove nesterov',
          ),
        ]
      : []),
    ...(cosine && cosine.warmUp === 0 && cosine.warmUpFrom > 0
      ? [
          idle(
            'schedule.cosine.warmUpFrom',
            'warmUpFrom is where a warm-up begins, and there is none',
            'add warmUp, or remove warmUpFrom',
          ),
        ]
      : []),
  ];
}

function warmUpTooLong({ schedule, epochs }: Params, at: At): Diagnostic[] {
  const warmUp = schedule?.cosine?.warmUp;
  if (warmUp === undefined || !(warmUp >= epochs)) return [];
  return [
    at('schedule.cosine.warmUp', {
      severity: 'warning',
      code: 'never-acts',
      message: `the rate rises for ${warmUp} epochs, the training has ${epochs}: it never comes down`,
      fix: 'a shorter warmUp or more epochs',
    }),
  ];
}
