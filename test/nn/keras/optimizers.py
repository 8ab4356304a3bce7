"""What Keras computes for optimizers, losses and schedules: python optimizers.py > optimizers.json

Made with Keras 3.15.1 on TensorFlow 2.21.0. Weights, gradients and targets follow a formula that the test repeats.
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf


def wave(count, phase):
    """Values in [-1, 1), exact in float32's neighbourhood: the same in JavaScript."""
    return np.array([(((i + 1) * 7919 + phase * 104729) % 1009) / 1009 * 2 - 1 for i in range(count)], np.float32)


O = keras.optimizers
cases = {
    "sgd": (O.SGD, {}, {"sgd": {}}),
    "sgd, momentum": (O.SGD, {"momentum": 0.9}, {"sgd": {"momentum": 0.9}}),
    "sgd, Nesterov": (O.SGD, {"momentum": 0.9, "nesterov": True}, {"sgd": {"momentum": 0.9, "nesterov": True}}),
    "rmsprop": (O.RMSprop, {}, {"rmsprop": {}}),
    "rmsprop, momentum": (O.RMSprop, {"momentum": 0.5, "rho": 0.8}, {"rmsprop": {"momentum": 0.5, "rho": 0.8}}),
    "adam": (O.Adam, {}, {"adam": {}}),
    "adam, options": (O.Adam, {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3},
                      {"adam": {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}}),
    "adamw": (O.AdamW, {}, {"adamw": {}}),
    "sgd, weight decay": (O.SGD, {"weight_decay": 0.1}, {"sgd": {"weightDecay": 0.1}}),
    "adam, clip norm": (O.Adam, {"clipnorm": 0.5}, {"adam": {"clipNorm": 0.5}}),
    "sgd, clip norm": (O.SGD, {"clipnorm": 0.5}, {"sgd": {"clipNorm": 0.5}}),
    "sgd, clip value": (O.SGD, {"clipvalue": 0.3}, {"sgd": {"clipValue": 0.3}}),
    "sgd, global clip norm": (O.SGD, {"global_clipnorm": 0.7}, {"sgd": {"globalClipNorm": 0.7}}),
    "rmsprop, global clip norm": (O.RMSprop, {"global_clipnorm": 0.7}, {"rmsprop": {"globalClipNorm": 0.7}}),
}
steps = 5
out = {"optimizers": [], "losses": [], "schedules": []}
for name, (make, options, ours) in cases.items():
    optimizer = make(**options)
    variables = [keras.Variable(wave(6, 1).reshape(2, 3)), keras.Variable(wave(4, 2))]
    for step in range(steps):
        gradients = [tf.constant(wave(6, 10 + step).reshape(2, 3)), tf.constant(wave(4, 20 + step))]
        optimizer.apply(gradients, variables)
    weights = [np.asarray(v).ravel().tolist() for v in variables]
    out["optimizers"].append({"name": name, "optimizer": ours, "steps": steps, "weights": weights})

logits, labels = wave(15, 3).reshape(5, 3) * 4, [0, 2, 1, 1, 0]
onehot = np.eye(3, dtype=np.float32)[labels]
for loss, ours, target in (
    (keras.losses.SparseCategoricalCrossentropy(from_logits=True), {"loss": "sparseCategoricalCrossentropy", "labelSmoothing": 0}, np.array(labels)),
    (keras.losses.CategoricalCrossentropy(from_logits=True), {"loss": "categoricalCrossentropy", "labelSmoothing": 0}, onehot),
    (keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), {"loss": "categoricalCrossentropy", "labelSmoothing": 0.1}, onehot),
):
    x = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(target, x)
    out["losses"].append({**ours, "value": float(value), "gradient": np.asarray(tape.gradient(value, x)).ravel().tolist()})

S, per = O.schedules, 7
schedules = {
    "exponential": (S.ExponentialDecay(0.05, 2 * per, 0.7), {"exponential": {"decay": 0.7, "epochs": 2, "staircase": False}}),
    "exponential in stairs": (S.ExponentialDecay(0.05, 2 * per, 0.7, staircase=True), {"exponential": {"decay": 0.7, "epochs": 2, "staircase": True}}),
    "piecewise": (S.PiecewiseConstantDecay([per, 3 * per], [0.05, 0.01, 0.002]), {"piecewise": {"boundaries": [1, 3], "values": [0.05, 0.01, 0.002]}}),
    "cosine": (S.CosineDecay(0.05, 4 * per), {"cosine": {"warmUp": 0, "warmUpFrom": 0, "epochs": 4, "alpha": 0}}),
    "cosine with warm-up": (S.CosineDecay(0.001, 3 * per, alpha=0.02, warmup_target=0.05, warmup_steps=2 * per),
                            {"cosine": {"warmUp": 2, "warmUpFrom": 0.001, "epochs": 3, "alpha": 0.02}}),
    "cosine over all epochs": (S.CosineDecay(0.0, 4 * per, warmup_target=0.05, warmup_steps=2 * per),
                               {"cosine": {"warmUp": 2, "warmUpFrom": 0, "alpha": 0}}),
}
for name, (schedule, ours) in schedules.items():
    rates = [float(schedule(step)) for step in range(6 * per)]
    out["schedules"].append({"name": name, "schedule": ours, "rate": 0.05, "stepsPerEpoch": per, "epochs": 6, "rates": rates})
print(json.dumps(out, indent=1))
