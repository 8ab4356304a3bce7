"""Makes values.json: what Keras computes of the cases in cases.ts, which come as JSON on stdin:
    npx tsx src/nn/check/print-cases.ts | python src/nn/check/values.py > src/nn/check/values.json
Keras and TensorFlow, of whatever version, are needed for this alone."""
import json, sys
import keras, numpy as np, tensorflow as tf

ROWS, X, UPSTREAM = 4, 100, 3

def wave(count, phase):
    i = np.arange(count, dtype=np.int64)
    return (((((i + 1) * 7919 + phase * 104729) % 1009) / 1009 - 0.5) * 2).astype(np.float32)

def digest(values):
    """The sum, the sum of magnitudes, and three values of it."""
    v = np.asarray(values, dtype=np.float64).ravel()
    return [float(v.sum()), float(np.abs(v).sum()), float(v[0]), float(v[v.size // 2]), float(v[-1])]

def run(case):
    model = keras.Sequential([keras.Input(case['input'])] + [getattr(keras.layers, c).from_config(k) for c, k in case['layers']])
    place, values = 0, []
    for variable in model.weights:
        one = wave(int(np.prod(variable.shape)), place)
        if variable.name == 'moving_variance':
            one = np.abs(one) + np.float32(0.5)
        values.append(one.reshape(variable.shape))
        place += 1
    model.set_weights(values)
    x = tf.Variable(wave(ROWS * int(np.prod(case['input'])), X).reshape([ROWS] + case['input']))
    inferred = model(x, training=False).numpy()
    with tf.GradientTape() as tape:
        y = model(x, training=True)
        loss = tf.reduce_sum(y * wave(int(np.prod(y.shape)), UPSTREAM).reshape(y.shape))
    learned = [x] + [v.value for v in model.trainable_weights]
    return {'inference': digest(inferred), 'training': digest(y.numpy()),
            'gradients': [digest(g.numpy()) for g in tape.gradient(loss, learned)]}

made = {case['says']: run(case) for case in json.load(sys.stdin)}
json.dump({'keras': keras.__version__, 'tensorflow': tf.__version__, 'values': made}, sys.stdout, indent=1)
print()
