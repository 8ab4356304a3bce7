/** The operations that an augment stage asks for, as one list in the order in which they are done. */
import type { Stages } from '../generated/types.ts';

export type AugmentParams = Omit<Stages['augment'], 'kind' | 'description' | 'seed' | 'data'>;
type Listed = Required<AugmentParams['operations'][number]>;
export type OperationName = keyof Listed;

/** An operation with its params. */
export type OperationOf<Name extends OperationName> = {
  readonly name: Name;
} & Readonly<Listed[Name]>;
export type Operation = { [Name in OperationName]: OperationOf<Name> }[OperationName];

/** ImageDataGenerator's options in its order, noise, then the list. Options that do nothing are left out. */
export function operationsOf(params: AugmentParams): Operation[] {
  return [...ofOptions(params), ...params.operations.flatMap(ofEntry)];
}

function ofOptions(params: AugmentParams): Operation[] {
  const { rotation, widthShift, heightShift, shear, zoom, fill, fillValue } = params;
  const affine = { rotation, widthShift, heightShift, shear, zoom, fill, fillValue, probability: 1 };
  return [
    ...(moves(affine) ? [made('affine', affine)] : []),
    ...(params.horizontalFlip ? [made('horizontalFlip', { probability: 0.5 })] : []),
    ...(params.verticalFlip ? [made('verticalFlip', { probability: 0.5 })] : []),
    ...(params.brightness ? [made('brightness', { range: params.brightness, probability: 1 })] : []),
    ...(params.noise !== 0 ? [made('noise', { deviation: params.noise, probability: 1 })] : []),
  ];
}

/** An entry has one key. */
function ofEntry(entry: AugmentParams['operations'][number]): Operation[] {
  return [
    ...(entry.affine && moves(entry.affine) ? [made('affine', entry.affine)] : []),
    ...(entry.horizontalFlip ? [made('horizontalFlip', entry.horizontalFlip)] : []),
    ...(entry.verticalFlip ? [made('verticalFlip', entry.verticalFlip)] : []),
    ...(entry.randomCrop ? [made('randomCrop', entry.randomCrop)] : []),
    ...(entry.brightness ? [made('brightness', entry.brightness)] : []),
    ...(entry.colourJitter ? [made('colourJitter', entry.colourJitter)] : []),
    ...(entry.noise ? [made('noise', entry.noise)] : []),
    ...(entry.cutout ? [made('cutout', entry.cutout)] : []),
    ...(entry.mixup ? [made('mixup', entry.mixup)] : []),
    ...(entry.cutmix ? [made('cutmix', entry.cutmix)] : []),
  ];
}

function made<Name extends OperationName>(name: Name, params: Listed[Name]): OperationOf<Name> {
  return { name, ...params };
}

type Affine = Listed['affine'];
export const movements = ['rotation', 'widthShift', 'heightShift', 'shear', 'zoom'] as const;

function moves(affine: Affine): boolean {
  return movements.some((name) => isActive(affine[name]));
}

/** Does an option of the affine map do anything? */
export const isActive = (value: number | readonly number[]): boolean =>
  typeof value === 'object' ? value.some((one) => one !== 0) : value !== 0;
