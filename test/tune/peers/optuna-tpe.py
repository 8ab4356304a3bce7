"""Writes optuna-tpe.values.json: the best value that Optuna's TPE, as it comes, finds on known functions.

    pip install optuna && python test/tune/peers/optuna-tpe.py

Functions and domains as in Surjanovic and Bingham's "Virtual library of simulation experiments"; the same are in
test/tune/functions.ts.
"""

import json
import math
import pathlib

import optuna

TRIALS = 60
SEEDS = 30


def branin(x):
    a, b = x
    t = b - 5.1 / (4 * math.pi**2) * a**2 + 5 / math.pi * a - 6
    return t**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


ALPHA = [1.0, 1.2, 3.0, 3.2]
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]


def hartmann6(x):
    return -sum(
        alpha * math.exp(-sum(a * (v - 1e-4 * p) ** 2 for a, v, p in zip(row, x, at)))
        for alpha, row, at in zip(ALPHA, A, P)
    )


def rosenbrock(x):
    return sum(100 * (b - a**2) ** 2 + (a - 1) ** 2 for a, b in zip(x, x[1:]))


FUNCTIONS = {
    "branin": (branin, [(-5, 10), (0, 15)]),
    "hartmann6": (hartmann6, [(0, 1)] * 6),
    "rosenbrock": (rosenbrock, [(-5, 10)] * 2),
}


def best(function, domain, seed):
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(
        lambda trial: function([trial.suggest_float(f"x{i}", *bounds) for i, bounds in enumerate(domain)]),
        n_trials=TRIALS,
    )
    return study.best_value


optuna.logging.set_verbosity(optuna.logging.WARNING)
found = {name: [best(f, domain, seed) for seed in range(SEEDS)] for name, (f, domain) in FUNCTIONS.items()}
values = {"optuna": optuna.__version__, "trials": TRIALS, "best": found}
pathlib.Path(__file__).with_suffix(".values.json").write_text(json.dumps(values, indent=1) + "\n")
