"""Keras' side of `npm run bench:augment`: python augment_keras.py DATA_BATCH.bin; `go` on stdin: images a second of ImageDataGenerator."""
import json, os, sys, time
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras.src.legacy.preprocessing.image import ImageDataGenerator

raw = np.fromfile(sys.argv[1], np.uint8).reshape(-1, 3073)
images = raw[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(np.float32)
generator = ImageDataGenerator(rotation_range=20, width_shift_range=0.2, height_shift_range=0.2, shear_range=0.2,
                               zoom_range=0.2, horizontal_flip=True, fill_mode="nearest",
                               featurewise_center=True, featurewise_std_normalization=True)
generator.fit(images)
flow = generator.flow(images, raw[:, 0], batch_size=64)
count = 30
next(flow)
print(json.dumps({"ready": f"Keras {keras.__version__} ImageDataGenerator"}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(count):
        next(flow)
    print(json.dumps({"rate": 64 * count / (time.perf_counter() - started)}), flush=True)
