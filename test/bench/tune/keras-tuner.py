"""One random search in Keras Tuner: the same points, network, data, batch size and epochs as `search.yaml` beside it.

    pip install tensorflow-cpu keras-tuner tensorboard
    python test/bench/tune/keras-tuner.py TRIALS.json DATA_FOLDER

TRIALS.json: what `pipe` left of its search; DATA_FOLDER: the dataset that its download stage left (NumPy arrays).
Prints the seconds of the search and the best validation accuracy as JSON.
"""

import json
import os
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import keras_tuner
import numpy as np

trials, folder = sys.argv[1:3]
points = [trial["point"] for trial in json.load(open(trials))["trials"]]
epochs = max(trial["epochs"]["budgeted"] for trial in json.load(open(trials))["trials"])
images = np.load(os.path.join(folder, "images.npy"))
labels = np.load(os.path.join(folder, "labels.npy"))

rows = {part: np.load(os.path.join(folder, f"{part}.npy")) for part in ("train", "validation")}
mean, std = images[rows["train"]].mean(), images[rows["train"]].std()
data = {part: (((images[at] - mean) / std).astype("float32"), labels[at]) for part, at in rows.items()}

def build(hp):
    point = points[hp.Choice("point", list(range(len(points))))]
    layers = [keras.Input((32, 32, 3))]
    for filters in (point["filters1"], point["filters2"]):
        layers += [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(2, padding="same"),
            keras.layers.Dropout(point["dropout"]),
        ]
    layers += [
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(point["units"], activation="relu"),
        keras.layers.Dropout(point["dropout"]),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(point["learningRate"]), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

started = time.perf_counter()
tuner = keras_tuner.RandomSearch(
    build, objective="val_accuracy", max_trials=len(points), directory=tempfile.mkdtemp(), project_name="search", seed=42
)
tuner.search(*data["train"], validation_data=data["validation"], epochs=epochs, batch_size=64, verbose=0)
best = tuner.oracle.get_best_trials(1)[0]
print(json.dumps({"seconds": time.perf_counter() - started, "best": best.score}))
