"""scikit-learn's NearestNeighbors; without an argument kneighbors() leaves the window itself out."""

import sklearn
from child import serve, windows
from sklearn.neighbors import NearestNeighbors


def score(series, window_size, k, algorithm):
    rows = windows(series, window_size)
    return NearestNeighbors(n_neighbors=k, algorithm=algorithm, n_jobs=1).fit(rows).kneighbors()[0]


serve({"scikit-learn": sklearn.__version__}, score)
