"""Reads the images of a folder with Pillow in two processes into one shared array; prints the seconds it took.

    python read_images.py FOLDER REPEATS     # needs pillow and numpy
"""
import glob
import sys
import time
from multiprocessing import Pool, shared_memory

import numpy as np
from PIL import Image

processes = 2
shape = (32, 32, 3)


def read(job):
    name, count, start, files = job
    memory = shared_memory.SharedMemory(name)
    array = np.ndarray((count, *shape), np.uint8, buffer=memory.buf)
    for i, file in enumerate(files, start):
        array[i] = np.asarray(Image.open(file).convert("RGB"))
    memory.close()


def main(folder, repeats):
    for _ in range(repeats):
        started = time.perf_counter()
        files = sorted(glob.glob(f"{folder}/*/*.png"))
        count = len(files)
        memory = shared_memory.SharedMemory(create=True, size=count * int(np.prod(shape)))
        chunk = 1000
        jobs = [(memory.name, count, at, files[at : at + chunk]) for at in range(0, count, chunk)]
        with Pool(processes) as pool:
            pool.map(read, jobs, chunksize=1)
        array = np.array(np.ndarray((count, *shape), np.uint8, buffer=memory.buf))
        seconds = time.perf_counter() - started
        print(seconds, array.astype(np.int64).sum(), flush=True)
        memory.close()
        memory.unlink()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
