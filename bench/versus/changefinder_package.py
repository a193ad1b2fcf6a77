"""The algorithm of the Python package changefinder 0.1 in NumPy, array for array; see test/other-changefinders.ts."""

import math

import numpy as np
from child import serve


def levinson_durbin(c, order):
    a = np.zeros(order + 1)
    e = np.zeros(order + 1)
    a[0] = 1.0
    a[1] = -c[1] / c[0]
    e[1] = c[0] + c[1] * a[1]
    for k in range(1, order):
        lam = 0.0
        for j in range(k + 1):
            lam -= a[j] * c[k + 1 - j]
        lam /= e[k]
        u = np.array([1.0, *a[1 : k + 1], 0.0])
        v = np.array([0.0, *a[k:0:-1], 1.0])
        a[: k + 2] = u + lam * v
        e[k + 1] = e[k] * (1.0 - lam * lam)
    return a


class SDAR:
    def __init__(self, r, order, mean, variance):
        self.r, self.order, self.mean, self.variance = r, order, mean, variance
        self.c = np.zeros(order + 1)

    def update(self, x, past):
        r, past = self.r, np.array(past)
        self.mean = (1 - r) * self.mean + r * x
        for j in range(1, self.order):
            self.c[j] = (1 - r) * self.c[j] + r * (x - self.mean) * (past[-j] - self.mean)
        self.c[0] = (1 - r) * self.c[0] + r * (x - self.mean) * (x - self.mean)
        a = levinson_durbin(self.c, self.order)
        prediction = np.dot(-a[1:], past[::-1] - self.mean) + self.mean
        self.variance = (1 - r) * self.variance + r * (x - prediction) * (x - prediction)
        density = math.exp(-0.5 * (x - prediction) ** 2 / self.variance) / ((2 * math.pi) ** 0.5 * self.variance**0.5)
        return -math.log(density)


class ChangeFinder:
    def __init__(self, r, order, smooth, start):
        self.order, self.smooth, self.smooth2 = order, smooth, int(round(smooth / 2.0))
        self.first, self.second = SDAR(r, order, *start[:2]), SDAR(r, order, *start[2:])
        self.ones, self.ones2 = np.ones(smooth), np.ones(self.smooth2)
        self.past, self.first_scores, self.targets, self.second_scores = [], [], [], []

    @staticmethod
    def keep(values, value, size):
        values.append(value)
        if len(values) == size + 1:
            values.pop(0)

    def update(self, x):
        if len(self.past) == self.order:
            self.keep(self.first_scores, self.first.update(x, self.past), self.smooth)
        self.keep(self.past, x, self.order)
        target = None
        if len(self.first_scores) == self.smooth:
            target = np.convolve(np.array(self.first_scores), self.ones, "valid")[0]
        if target:
            if len(self.targets) == self.order:
                self.keep(self.second_scores, self.second.update(target, self.targets), self.smooth2)
            self.keep(self.targets, target, self.order)
        if len(self.second_scores) == self.smooth2:
            return np.convolve(np.array(self.second_scores), self.ones2, "valid")[0]
        return 0.0


def score(series, _window_size, _k, order):
    detector = ChangeFinder(0.01, int(order), 5, [0.5] * 4)
    return np.array([[detector.update(x)] for x in series.tolist()])


if __name__ == "__main__":
    serve({}, score)
