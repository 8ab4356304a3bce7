"""Keras' side of `npm run bench:train`: python train_keras.py DATA_BATCH.bin float32|mixed_bfloat16 STEPS

Trains the seed CNN on rows of CIFAR-10 with the notebook's augmentation, made by the fastest input pipeline that
TensorFlow has: whole batches through one ImageProjectiveTransformV3, in parallel, prefetched. Reads commands (`train`,
`evaluate`) from stdin and answers each with a JSON line: images a second.
"""
import json, math, os, resource, sys, time
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow as tf
import keras
from keras import layers

path, precision, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
batch = 64
keras.utils.set_random_seed(42)
keras.mixed_precision.set_global_policy(precision)
raw = np.fromfile(path, np.uint8).reshape(-1, 3073)
labels = raw[:, 0].astype(np.int32)
images = raw[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy()
mean, std = images.mean(), images.std()


def augment(x, y):
    """Rotation 20°, shifts .2, shear .2°, zoom .2, horizontal flip, about the centre: one affine map an image."""
    n = tf.shape(x)[0]
    u = lambda low, high: tf.random.uniform([n], low, high)
    angle, shear = u(-20.0, 20.0) * math.pi / 180, u(-0.2, 0.2) * math.pi / 180
    down, across = u(-6.4, 6.4), u(-6.4, 6.4)
    zy, zx = u(0.8, 1.2), u(0.8, 1.2)
    cos, sin = tf.cos(angle), tf.sin(angle)
    cs, ss = tf.cos(shear), tf.sin(shear)
    # rows (y, x): rotation · shift · shear · zoom, as ImageDataGenerator composes them
    a, b = cos * zy, (-cos * ss - sin * cs) * zx
    c, d = sin * zy, (-sin * ss + cos * cs) * zx
    ty, tx = cos * down - sin * across, sin * down + cos * across
    centre = 15.5
    oy = ty + centre - a * centre - b * centre
    ox = tx + centre - c * centre - d * centre
    zero = tf.zeros_like(a)
    transforms = tf.stack([d, c, ox, b, a, oy, zero, zero], 1)
    x = tf.raw_ops.ImageProjectiveTransformV3(
        images=tf.cast(x, tf.float32), transforms=transforms, output_shape=[32, 32],
        interpolation="BILINEAR", fill_mode="NEAREST", fill_value=0.0)
    flip = tf.random.uniform([n, 1, 1, 1]) < 0.5
    x = tf.where(flip, tf.reverse(x, [2]), x)
    return (x - mean) / std, y


def model():
    m = keras.Sequential([keras.Input((32, 32, 3))])
    for filters, rate in ((64, 0.2), (128, 0.3), (256, 0.4)):
        for _ in range(2):
            m.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
            m.add(layers.BatchNormalization())
        m.add(layers.MaxPooling2D(2, padding="same"))
        m.add(layers.Dropout(rate))
    m.add(layers.GlobalAveragePooling2D())
    m.add(layers.Dense(256, activation="relu"))
    m.add(layers.Dropout(0.5))
    m.add(layers.Dense(10, activation="softmax", dtype="float32"))
    m.compile(keras.optimizers.RMSprop(5e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m


data = (tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).repeat().batch(batch)
        .map(augment, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE))
plain = (tf.data.Dataset.from_tensor_slices((images[:1280], labels[:1280])).batch(256)
         .map(lambda x, y: ((tf.cast(x, tf.float32) - mean) / std, y)).cache().prefetch(tf.data.AUTOTUNE))
net = model()


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.rate = batch * steps / (time.perf_counter() - self.started)


clock = Clock()
net.fit(data, steps_per_epoch=5, epochs=1, verbose=0)
net.evaluate(plain, verbose=0)
print(json.dumps({"ready": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}), flush=True)
for line in sys.stdin:
    what = line.strip()
    if what == "train":
        net.fit(data, steps_per_epoch=steps, epochs=1, verbose=0, callbacks=[clock])
        rate = clock.rate
    elif what == "evaluate":
        started = time.perf_counter()
        net.evaluate(plain, verbose=0)
        rate = 1280 / (time.perf_counter() - started)
    else:
        break
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": rate, "peakMB": round(peak)}), flush=True)
