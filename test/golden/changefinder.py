"""Makes changefinder.json: SDAR and ChangeFinder by the textbook, with SciPy's Toeplitz solver. Run in this directory:
python3 changefinder.py

Nothing here knows the library: means, autocovariances and variances are written out with NumPy, the Yule-Walker equations
are solved by scipy.linalg.solve_toeplitz and checked to be positive definite, and the densities are scipy.stats.norm's.
The inputs are integers made by a linear congruential generator, divided by 64, so that they are the same everywhere; they
are stored beside the answers. Every model starts from a state that is given (and stored), or from zeros.
"""
import json
import platform

import numpy as np
import scipy
from scipy.linalg import eigvalsh, solve_toeplitz, toeplitz
from scipy.stats import norm


class SDAR:
    def __init__(self, order, discount, initial=None):
        self.order, self.r = order, discount
        initial = initial or {}
        self.mean = initial.get("mean", 0.0)
        self.variance = initial.get("variance", 0.0)
        self.c = np.array(initial.get("autocovariance", [0.0] * (order + 1)))
        self.history = list(initial.get("history", []))
        self.condition = 1.0

    def update(self, x):
        r = self.r
        self.mean = (1 - r) * self.mean + r * x
        past = np.array(self.history[::-1][: self.order]) - self.mean
        here = x - self.mean
        known = len(past)
        self.c[0] = (1 - r) * self.c[0] + r * here * here
        self.c[1 : known + 1] = (1 - r) * self.c[1 : known + 1] + r * here * past
        self.prediction = self.mean
        if known > 0:
            eigenvalues = eigvalsh(toeplitz(self.c[: known + 1]))
            assert eigenvalues[0] > 0, "not positive definite: this input is no textbook case"
            self.condition = max(self.condition, eigenvalues[-1] / eigenvalues[0])
            self.prediction += solve_toeplitz(self.c[:known], self.c[1 : known + 1]) @ past
        self.variance = (1 - r) * self.variance + r * (x - self.prediction) ** 2
        self.history = (self.history + [x])[-self.order :]
        return -norm.logpdf(x, loc=self.prediction, scale=np.sqrt(self.variance))


def integers(n, seed):
    """Integers from -8 to 7, by the generator of Numerical Recipes."""
    values, state = [], seed
    for _ in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        values.append((state >> 28) - 8)
    return values


def noise(n, seed):
    return [value / 64 for value in integers(n, seed)]


def autoregressive(n, seed):
    """x = (3x' - 2x'')/4 + noise, in integers that are divided by 64."""
    one, two, values = 0, 0, []
    for value in integers(n, seed):
        one, two = (3 * one - 2 * two) // 4 + 4 * value, one
        values.append(one / 64)
    return values


def levels(n, seed):
    """Four levels with noise, as the presentations of ChangeFinder show them."""
    return [value / 64 + (0.75, 1.5, 0.625, 1.25)[4 * t // n] for t, value in enumerate(integers(n, seed))]


def sdar_case(name, order, discount, series, initial=None):
    model = SDAR(order, discount, initial)
    steps = [(model.update(x), model.prediction, model.variance) for x in series]
    scores, predictions, variances = map(list, zip(*steps))
    return {
        "name": name,
        "order": order,
        "discount": discount,
        "initial": initial,
        "series": series,
        "condition": model.condition,
        "score": scores,
        "prediction": predictions,
        "variance": variances,
    }


def changefinder_case(name, orders, discounts, smoothing, series):
    first, second = (SDAR(order, discount) for order, discount in zip(orders, discounts))
    outlier, change = [], []
    for x in series:
        outlier.append(first.update(x))
        change.append(second.update(float(np.mean(outlier[-smoothing:]))))
    return {
        "name": name,
        "orders": orders,
        "discounts": discounts,
        "smoothing": smoothing,
        "series": series,
        "condition": max(first.condition, second.condition),
        "outlierScore": outlier,
        "changeScore": change,
    }


STATE = {"mean": 0.5, "variance": 0.25, "autocovariance": [0.5, 0.25, 0.0625, -0.125], "history": [0.5, 1.0, 0.25]}
SHORT = {"mean": -1.0, "variance": 2.0, "autocovariance": [4.0, 2.0, 1.0, 0.5, 0.25], "history": [-0.75, -1.5]}

cases = {
    "sdar": [
        sdar_case("noise from zeros", 2, 0.05, noise(120, 1)),
        sdar_case("autoregressive, from a given state", 3, 0.02, autoregressive(200, 2), STATE),
        sdar_case("autoregressive, from a history shorter than the order", 4, 0.01, autoregressive(200, 3), SHORT),
        sdar_case("four levels", 5, 0.01, levels(240, 4)),
    ],
    "changeFinder": [
        changefinder_case("four levels", [5, 10], [0.01, 0.01], 5, levels(320, 5)),
        changefinder_case("autoregressive", [2, 3], [0.02, 0.03], 7, autoregressive(240, 6)),
    ],
}
made_by = {
    "program": "changefinder.py",
    "version": f"scipy {scipy.__version__}, numpy {np.__version__}, Python {platform.python_version()}",
    "command": "python3 changefinder.py",
}
with open("changefinder.json", "w", encoding="utf-8") as file:
    lists = [f'"{name}": [\n    ' + ",\n    ".join(map(json.dumps, those)) + "\n  ]" for name, those in cases.items()]
    file.write('{\n  "madeBy": ' + json.dumps(made_by) + ",\n  " + ",\n  ".join(lists) + "\n}\n")
