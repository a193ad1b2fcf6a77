"""Makes scipy-sklearn.json: k-nearest-neighbor scores by SciPy's cKDTree, and Mahalanobis covariances and scores by
scikit-learn. Run in this directory: python3 scipy_sklearn.py"""

import json

import numpy as np
import scipy
import sklearn
from scipy.spatial import cKDTree
from sklearn.covariance import EmpiricalCovariance, LedoitWolf
from sklearn.neighbors import NearestNeighbors


def mean_of_neighbors(distances):
    """The first column is each window's own distance, 0 and the smallest; the rest are averaged."""
    return distances[:, 1:].mean(axis=1).tolist()


def euclidean(windows, k):
    return mean_of_neighbors(cKDTree(windows).query(windows, k + 1)[0])


def mahalanobis(windows, k, estimator):
    fitted = estimator.fit(windows)
    search = NearestNeighbors(n_neighbors=k + 1, algorithm='brute', metric='mahalanobis',
                              metric_params={'VI': fitted.get_precision()}).fit(windows)
    result = {
        'mean': fitted.location_.tolist(),
        'covariance': fitted.covariance_.tolist(),
        'condition': float(np.linalg.cond(fitted.covariance_)),
        'scores': mean_of_neighbors(search.kneighbors(windows)[0]),
    }
    if hasattr(fitted, 'shrinkage_'):
        result['shrinkage'] = float(fitted.shrinkage_)
    return result


random = np.random.RandomState(2004)
t = np.arange(200)
series = [
    ('noise', random.normal(size=100), 3, 5),
    ('random walk', random.normal(size=120).cumsum(), 5, 5),
    ('waves with noise', 10 * np.sin(t / 9) + 3 * np.sin(t / 31) + random.normal(size=200), 8, 3),
    ('a spike', random.normal(size=80) + np.where(np.arange(80) == 41, 50.0, 0.0), 4, 1),
    ('an offset of a million', 1e6 + random.normal(size=90), 2, 4),
    ('integers', random.randint(0, 50, size=150).astype(float), 6, 2),
    ('more lags than it takes', random.normal(size=60), 12, 20),
    ('single values', random.normal(size=70), 1, 2),
]

cases = []
for name, values, w, k in series:
    windows = np.lib.stride_tricks.sliding_window_view(values, w)
    cases.append({
        'name': name, 'windowSize': w, 'k': k, 'series': values.tolist(),
        'euclidean': euclidean(windows, k),
        'empirical': mahalanobis(windows, k, EmpiricalCovariance()),
        'ledoitWolf': mahalanobis(windows, k, LedoitWolf()),
    })

version = 'scipy %s, scikit-learn %s, numpy %s' % (scipy.__version__, sklearn.__version__, np.__version__)
made_by = {'program': 'scipy_sklearn.py', 'version': version, 'command': 'python3 scipy_sklearn.py'}
with open('scipy-sklearn.json', 'w') as file:
    lines = ',\n'.join('    ' + json.dumps(case) for case in cases)
    file.write('{\n  "madeBy": %s,\n  "cases": [\n%s\n  ]\n}\n' % (json.dumps(made_by), lines))
