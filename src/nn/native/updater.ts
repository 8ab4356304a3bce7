/** Optimizers as TensorFlow's own operations on its own variables: one pass over the memory, in place. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import type { Optimizer } from '../optimizers.ts';
import type { Updater } from '../updater.ts';
import { dtypes, flag, type Handle, type NativeBackend, Session, shape, text, type } from './backend.ts';

/** ResourceHandle::ANONYMOUS_NAME: the variable ends with its handle. */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';
const ofFloats = type('dtype', dtypes.float);

export function nativeUpdater(
  tf: Tf,
  backend: NativeBackend,
  variables: readonly Variable[],
  { rule, weightDecay }: Optimizer,
): Updater {
  const resources = inSession(backend, (session) =>
    variables.map((variable) => ({
      variable,
      weight: makeResource(session, variable.shape, session.handle(variable)),
      slots: Array.from({ length: rule.slots }, () =>
        makeResource(
          session,
          variable.shape,
          session.constant(new Float32Array(variable.size), variable.shape),
        ),
      ),
    })),
  );
  return {
    apply: (gradients, rate, step) =>
      inSession(backend, (session) => {
        const { op, before, after, flags } = rule.fused(rate, step);
        const scalars = [before, after].map((values) => values.map((value) => session.scalar(value)));
        const attrs = [type('T', dtypes.float), ...Object.entries(flags).map(([name, on]) => flag(name, on))];
        for (const [i, { variable, weight, slots }] of resources.entries()) {
          const gradient = gradients[i];
          if (!gradient) throw new Error(`${variable.name} has no gradient`);
          if (weightDecay > 0) decay(session, weight, weightDecay * rate);
          release(session, variable);
          const [first = [], last = []] = scalars;
          session.runAll(op, [weight, ...slots, ...first, session.handle(gradient), ...last], attrs, 0);
          hold(session, variable, weight);
        }
      }),
    state: async () =>
      inSession(backend, (session) =>
        resources.flatMap(({ slots }) => slots.map((slot) => valuesOf(tf, session, slot))),
      ),
    restore: (state) =>
      inSession(backend, (session) => {
        for (const [i, { variable, weight, slots }] of resources.entries()) {
          assign(session, weight, session.handle(variable));
          for (const [at, slot] of slots.entries()) {
            const values = state[i * rule.slots + at];
            if (values) assign(session, slot, session.constant(Float32Array.from(values), variable.shape));
          }
        }
      }),
  };
}

function inSession<T>(backend: NativeBackend, work: (session: Session) => T): T {
  const session = new Session(backend);
  try {
    return work(session);
  } finally {
    session.end();
  }
}

function makeResource(session: Session, of: readonly number[], value: Handle): Handle {
  const attrs = [ofFloats, shape('shape', of), text('shared_name', anonymous), text('container', '')];
  const resource = session.keep(session.run('VarHandleOp', [], attrs));
  assign(session, resource, value);
  return resource;
}

/** A copy: the resource must own its memory to be changed in place. */
function assign(session: Session, resource: Handle, value: Handle): void {
  const own = session.run('DeepCopy', [value], [type('T', dtypes.float)]);
  session.runAll('AssignVariableOp', [resource, own], [ofFloats], 0);
}

/** As in Keras, before the rule: w - w · decay · rate. */
function decay(session: Session, weight: Handle, by: number): void {
  const value = session.run('ReadVariableOp', [weight], [ofFloats]);
  const lost = session.run('Mul', [value, session.scalar(by)], [type('T', dtypes.float)]);
  session.runAll('AssignSubVariableOp', [weight, lost], [ofFloats], 0);
}

/** While TensorFlow.js holds the weight's memory, TensorFlow copies it before a change. */
function release(session: Session, variable: Variable): void {
  const entry = session.backend.tensorMap.get(variable.dataId);
  if (entry.values === null) session.backend.binding.deleteTensor(entry.id);
  entry.values = null;
  entry.id = -1;
}

function hold(session: Session, variable: Variable, resource: Handle): void {
  const { id } = session.keep(session.run('ReadVariableOp', [resource], [ofFloats]));
  session.backend.tensorMap.get(variable.dataId).id = id;
}

function valuesOf(tf: Tf, session: Session, resource: Handle): Float32Array {
  const value = session.output(session.run('ReadVariableOp', [resource], [ofFloats]));
  const tensor: Tensor = tf.engine().makeTensorFromTensorInfo(value);
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}
