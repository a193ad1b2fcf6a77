"""A stream with a batch library: for each new window, index the windows of the history and ask for its neighbors.
Arguments: FILE WINDOW K HISTORY POINTS METHOD, METHOD ckdtree or brute. Prints seconds per point, the scores and versions."""

import json
import sys
import time

import numpy as np

path, method = sys.argv[1], sys.argv[6]
window_size, k, history, points = (int(argument) for argument in sys.argv[2:6])
series = np.fromfile(path, dtype="<f8")

if method == "ckdtree":
    import scipy
    from scipy.spatial import cKDTree

    def nearest(rows, row):
        return cKDTree(rows).query(row, k)[0]

    version = scipy.__version__
else:
    import sklearn
    from sklearn.neighbors import NearestNeighbors

    def nearest(rows, row):
        return NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=1).fit(rows).kneighbors(row[None])[0][0]

    version = sklearn.__version__

rows = np.lib.stride_tricks.sliding_window_view(series, window_size)
nearest(rows[:history], rows[history])
scores = []
start = time.perf_counter()
for i in range(history, history + points):
    scores.append(float(np.mean(nearest(rows[i - history : i], rows[i]))))
print(json.dumps({"seconds": (time.perf_counter() - start) / points, "scores": scores, "version": version}))
