"""What Keras' callbacks do for given metrics: python callbacks.py > callbacks.json

Made with Keras 3.15.1 on TensorFlow 2.21.0. A model without meaning is "trained"; a callback in front of the others
puts the given metrics into the logs, as a validation would, and marks the weights with the epoch's number.
"""
import json
import math
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

C = keras.callbacks
names = {"valLoss": "val_loss", "valAccuracy": "val_accuracy", "loss": "loss", "accuracy": "accuracy"}


class Given(C.Callback):
    def __init__(self, metrics):
        super().__init__()
        self.metrics, self.rates = metrics, []

    def on_train_batch_begin(self, batch, logs=None):
        self.rates.append(float(np.asarray(self.model.optimizer.learning_rate)))

    def on_epoch_end(self, epoch, logs=None):
        for key, values in self.metrics.items():
            logs[names[key]] = float(np.float32(values[epoch]))
        self.model.set_weights([np.array([[float(epoch + 1)]], np.float32)])


def made(callback):
    [(name, o)] = callback.items()
    o = {**o}
    if name == "learningRateSchedule":
        after, rate = o["exponential"]["after"], o["exponential"]["rate"]
        return C.LearningRateScheduler(lambda epoch, lr: lr if epoch < after else lr * math.exp(rate))
    common = {"monitor": names[o.get("monitor", "valLoss")], "mode": o.get("mode", "auto")}
    if name == "reduceLROnPlateau":
        return C.ReduceLROnPlateau(**common, factor=o.get("factor", 0.1), patience=o.get("patience", 10),
                                   min_delta=o.get("minDelta", 1e-4), cooldown=o.get("cooldown", 0),
                                   min_lr=o.get("minLearningRate", 0.0))
    return C.EarlyStopping(**common, min_delta=o.get("minDelta", 0), patience=o.get("patience", 0),
                           baseline=o.get("baseline"), restore_best_weights=o.get("restoreBestWeights", False),
                           start_from_epoch=o.get("startFromEpoch", 0))


def run(callbacks, metrics, rate):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["accuracy"])
    given = Given(metrics)
    epochs = len(next(iter(metrics.values())))
    data = np.zeros((1, 1), np.float32)
    model.fit(data, data, epochs=epochs, verbose=0, callbacks=[given, *map(made, callbacks)])
    kept = int(np.asarray(model.get_weights()[0])[0, 0])
    return {"rates": given.rates, "epochs": len(given.rates), "keptEpoch": kept}


flat = [0.9, 0.8, 0.8, 0.8, 0.8, 0.79, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
rise = [0.5, 0.6, 0.55, 0.62, 0.61, 0.61, 0.6, 0.59, 0.63, 0.6, 0.6, 0.6]
tiny = [1.0, 0.99995, 0.9999, 0.99985, 0.9998, 0.5, 0.49995, 0.4999, 0.49985, 0.4998, 0.49975, 0.4997]
worse = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4]
# A step of one unit in the last place of float32: Keras compares in float32.
ulp = [float(np.float32(0.7)), float(np.nextafter(np.float32(0.7), np.float32(0))), 0.7, 0.7, 0.7, 0.7]
plateau = lambda **o: {"reduceLROnPlateau": o}
stop = lambda **o: {"earlyStopping": o}
decay = lambda after, rate: {"learningRateSchedule": {"exponential": {"after": after, "rate": rate}}}
both = {"valLoss": flat, "valAccuracy": rise}
cases = [
    ("plateau, patience", [plateau(patience=2, factor=0.5)], {"valLoss": flat}, 0.01),
    ("plateau, patience 0", [plateau(patience=0, factor=0.5)], {"valLoss": flat}, 0.01),
    ("plateau, cooldown", [plateau(patience=1, factor=0.5, cooldown=2)], {"valLoss": worse}, 0.01),
    ("plateau, min_delta", [plateau(patience=1, factor=0.5, minDelta=1e-4)], {"valLoss": tiny}, 0.01),
    ("plateau, no min_delta", [plateau(patience=1, factor=0.5, minDelta=0)], {"valLoss": tiny}, 0.01),
    ("plateau, least rate", [plateau(patience=1, factor=0.1, minLearningRate=3e-5)], {"valLoss": worse}, 0.001),
    ("plateau, least rate as it is", [plateau(patience=1, factor=0.5, minLearningRate=0.001)], {"valLoss": worse}, 0.001),
    ("plateau, of accuracy", [plateau(monitor="valAccuracy", patience=1, factor=0.5)], {"valAccuracy": rise}, 0.01),
    ("plateau, mode max", [plateau(monitor="valLoss", mode="max", patience=1, factor=0.5)], {"valLoss": flat}, 0.01),
    ("plateau, float32", [plateau(patience=1, factor=0.3, minDelta=0)], {"valLoss": ulp}, 0.1),
    ("stopping, patience", [stop(patience=3)], {"valLoss": flat}, 0.01),
    ("stopping, patience 0", [stop()], {"valLoss": flat}, 0.01),
    ("stopping, patience 0, worse at once", [stop()], {"valLoss": worse}, 0.01),
    ("stopping, restores", [stop(patience=3, restoreBestWeights=True)], {"valLoss": flat}, 0.01),
    ("stopping, restores without stopping", [stop(patience=50, restoreBestWeights=True)], {"valLoss": flat}, 0.01),
    ("stopping, of accuracy", [stop(monitor="valAccuracy", patience=4, restoreBestWeights=True)], {"valAccuracy": rise}, 0.01),
    ("stopping, min_delta", [stop(patience=2, minDelta=0.001, restoreBestWeights=True)], {"valLoss": tiny}, 0.01),
    ("stopping, baseline never met", [stop(patience=3, baseline=0.1)], {"valLoss": flat}, 0.01),
    ("stopping, baseline met", [stop(patience=3, baseline=0.85, restoreBestWeights=True)], {"valLoss": flat}, 0.01),
    ("stopping, starts late", [stop(patience=2, startFromEpoch=4, restoreBestWeights=True)], {"valLoss": worse}, 0.01),
    ("stopping, starts after the end", [stop(patience=2, startFromEpoch=40, restoreBestWeights=True)], {"valLoss": worse}, 0.01),
    ("stopping, float32", [stop(patience=2, restoreBestWeights=True)], {"valLoss": ulp}, 0.01),
    ("schedule", [decay(3, -0.1)], {"valLoss": flat}, 5e-4),
    ("schedule from the start", [decay(0, -0.5)], {"valLoss": flat}, 0.1),
    ("the notebook's three", [plateau(monitor="valLoss", factor=0.5, patience=3, minLearningRate=1e-6),
                              stop(monitor="valAccuracy", patience=10, restoreBestWeights=True), decay(6, -0.1)], both, 5e-4),
    ("schedule before plateau", [decay(2, -0.2), plateau(patience=1, factor=0.5)], {"valLoss": worse}, 0.01),
    ("plateau before schedule", [plateau(patience=1, factor=0.5), decay(2, -0.2)], {"valLoss": worse}, 0.01),
    ("two plateaus", [plateau(patience=1, factor=0.5), plateau(patience=2, factor=0.1)], {"valLoss": worse}, 0.01),
    ("two that restore", [stop(patience=9, restoreBestWeights=True),
                          stop(monitor="valAccuracy", patience=9, restoreBestWeights=True)], both, 0.01),
    ("two that stop", [stop(patience=2), stop(monitor="valAccuracy", patience=1)], both, 0.01),
]
out = [{"name": n, "callbacks": c, "metrics": m, "rate": r, "keras": run(c, m, r)} for n, c, m, r in cases]
print(json.dumps(out, indent=1))
