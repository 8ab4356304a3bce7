"""Makes keras-images.npy and keras-cases.json: images as Keras' ImageDataGenerator changes them by given parameters.

    pip install tensorflow-cpu scipy pillow    # Keras 3.15.1, SciPy 1.17.1 made the stored values
    python test/augment/keras-golden.py

The image is 12 x 12 x 3 of whole numbers. `expected` are float32 as Keras returns them.
"""
import json
import os
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator

folder = os.path.dirname(os.path.abspath(__file__))
image = np.random.default_rng(1).integers(0, 256, (12, 12, 3)).astype("float32")

alone = [
    {"theta": 25.0},
    {"theta": -140.0},
    {"tx": 2.0, "ty": -3.0},
    {"tx": -4.3, "ty": 1.75},
    {"shear": 30.0},
    {"shear": -12.5},
    {"zx": 0.8, "zy": 1.3},
    {"theta": 17.0, "tx": 1.6, "ty": -2.2, "shear": -8.0, "zx": 1.4, "zy": 0.7},
    {"theta": 75.0, "tx": -20.3, "ty": 15.1, "shear": 20.0, "zx": 2.5, "zy": 1.9},
]
cases = []
for mode in ["nearest", "constant", "reflect", "wrap"]:
    for parameters in alone:
        cases.append({"fill": mode, "fillValue": 77.0 if mode == "constant" else 0.0, "parameters": parameters})
for parameters in [
    {"flip_horizontal": True},
    {"flip_vertical": True},
    {"brightness": 0.6},
    {"brightness": 1.7},
    {"theta": -33.0, "tx": 1.1, "ty": 2.3, "flip_horizontal": True, "flip_vertical": True, "brightness": 1.25},
]:
    cases.append({"fill": "reflect", "fillValue": 0.0, "parameters": parameters})

expected = []
for case in cases:
    generator = ImageDataGenerator(fill_mode=case["fill"], cval=case["fillValue"])
    expected.append(generator.apply_transform(image.copy(), case["parameters"]))

np.save(os.path.join(folder, "keras-images.npy"), np.stack([image, *expected]).astype("float32"))
with open(os.path.join(folder, "keras-cases.json"), "w") as file:
    json.dump(cases, file)
    file.write("\n")
