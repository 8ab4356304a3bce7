"""The notebook's experiment as Keras runs it, on the rows that pipelines/cifar-augmented.yaml trains on.

    pip install tensorflow-cpu keras scipy
    npx pipe run pipelines/cifar-augmented.yaml --until normalize
    python test/bench/notebook/keras_notebook.py cache/out/cifar-augmented/normalize/data 42 [EPOCHS [ROWS]] > keras-42.json

The notebook's network, RMSprop, augmentation, callbacks and 20 epochs. Mended here as there: the generator gives all of its
batches each epoch (its PyDataset knows its length), and the validation rows are of the training set. Statistics come from
the training rows. Prints one JSON object: the history, the time of each epoch, loss and accuracy on the test rows.
"""
import json, math, os, sys, time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import keras
from keras import layers
from keras.src.legacy.preprocessing.image import ImageDataGenerator

folder, seed = sys.argv[1], int(sys.argv[2])
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 20
most = int(sys.argv[4]) if len(sys.argv) > 4 else None
batch = 64
keras.utils.set_random_seed(seed)

images, labels = np.load(f"{folder}/images.npy"), np.load(f"{folder}/labels.npy").reshape(-1)
rows = {split: np.load(f"{folder}/{split}.npy")[:most] for split in ("train", "validation", "test")}
train = images[rows["train"]].astype("float32")
mean, std = train.mean(), train.std()
data = {split: ((images[at].astype("float32") - mean) / std, labels[at]) for split, at in rows.items()}


def model():
    made = keras.Sequential([keras.Input((32, 32, 3))])
    for filters, rate in ((64, 0.2), (128, 0.3), (256, 0.4)):
        for _ in range(2):
            made.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
            made.add(layers.BatchNormalization())
        made.add(layers.MaxPooling2D(2, padding="same"))
        made.add(layers.Dropout(rate))
    made.add(layers.GlobalAveragePooling2D())
    made.add(layers.Dense(256, activation="relu"))
    made.add(layers.Dropout(0.5))
    made.add(layers.Dense(10, activation="softmax"))
    made.compile(keras.optimizers.RMSprop(5e-4), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


class Seconds(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.all = []

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.all.append(round(time.perf_counter() - self.started, 2))
        print(f"epoch {epoch + 1}: {self.all[-1]} s, {logs}", file=sys.stderr, flush=True)


seconds = Seconds()
augment = ImageDataGenerator(
    rotation_range=20, width_shift_range=0.2, height_shift_range=0.2, shear_range=0.2, zoom_range=0.2,
    horizontal_flip=True, fill_mode="nearest")
network = model()
history = network.fit(
    augment.flow(*data["train"], batch_size=batch, seed=seed),
    epochs=epochs,
    validation_data=data["validation"],
    verbose=0,
    callbacks=[
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3, min_lr=1e-6),
        keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=10, restore_best_weights=True),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate if epoch < 20 else rate * math.exp(-0.1)),
        seconds,
    ])
loss, accuracy = network.evaluate(*data["test"], verbose=0)
print(json.dumps({
    "keras": keras.__version__, "seed": seed, "rows": {split: len(at) for split, at in rows.items()},
    "history": {name: [float(value) for value in values] for name, values in history.history.items()},
    "secondsAnEpoch": seconds.all, "test": {"loss": loss, "accuracy": accuracy, "images": len(rows["test"])},
}, indent=1))
