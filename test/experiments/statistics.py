"""Makes statistics.values.json with scipy and statsmodels: python statistics.py > statistics.values.json"""
import json

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

SAMPLES = [
    ([0.81, 0.82, 0.80], [0.83, 0.85, 0.84]),
    ([0.8215, 0.8190, 0.8240, 0.8201, 0.8222], [0.8219, 0.8200, 0.8236, 0.8231, 0.8225]),
    ([0.5, 0.9], [0.6, 0.61]),
    ([0.70, 0.71, 0.69, 0.72, 0.705, 0.699, 0.711], [0.70, 0.715, 0.68, 0.72, 0.704, 0.703, 0.71]),
]
PAIRS = [(0, 0, 10), (3, 9, 40), (120, 95, 2000), (512, 431, 10000), (1, 0, 5), (40, 40, 400), (2500, 2300, 10000)]
PS = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.01], [0.9, 0.8, 0.001, 0.02, 0.04]]


def test(result, difference):
    interval = result.confidence_interval(0.95)
    return {"t": result.statistic, "df": float(result.df), "p": result.pvalue, "difference": difference,
            "low": float(interval.low), "high": float(interval.high)}


def bootstrap(only_first, only_second, count):
    values = np.zeros(count)
    values[:only_second] = 1
    values[only_second:only_second + only_first] = -1
    means = np.random.default_rng(0).choice(values, (4000, count)).mean(axis=1)
    return {"low": np.quantile(means, 0.025), "high": np.quantile(means, 0.975)}


out = {
    "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__},
    "wilson": [{"right": k, "count": n, "interval": proportion_confint(k, n, method="wilson")}
               for k, n in [(0, 10), (10, 10), (1, 3), (8215, 10000), (532, 1000), (1, 100000)]],
    "mcnemar": [{"onlyFirst": b, "onlySecond": c, "count": n,
                 "p": mcnemar([[0, b], [c, 0]], exact=True).pvalue if b + c else 1.0} for b, c, n in PAIRS],
    "bootstrap": [{"onlyFirst": b, "onlySecond": c, "count": n, **bootstrap(b, c, n)} for b, c, n in PAIRS if b + c > 20],
    "welch": [{"first": a, "second": b, **test(stats.ttest_ind(b, a, equal_var=False), np.mean(b) - np.mean(a))}
              for a, b in SAMPLES],
    "paired": [{"first": a, "second": b, **test(stats.ttest_rel(b, a), np.mean(b) - np.mean(a))} for a, b in SAMPLES],
    "holm": [{"ps": ps, "corrected": multipletests(ps, method="holm")[1].tolist()} for ps in PS],
}
print(json.dumps(out, indent=1, default=float))
