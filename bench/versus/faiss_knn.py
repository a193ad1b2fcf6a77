"""faiss's flat index: float32 and |a|² + |b|² − 2ab. The series is centered first, or a random walk far from 0 loses all
its digits; a window that is not among its own k + 1 nearest, by rounding or behind copies, costs the farthest its place."""

import faiss
import numpy as np
from child import serve, windows

faiss.omp_set_num_threads(1)


def score(series, window_size, k):
    rows = np.ascontiguousarray(windows(series - series.mean(), window_size), dtype=np.float32)
    index = faiss.IndexFlatL2(window_size)
    index.add(rows)
    squares, found = index.search(rows, k + 1)
    itself = found == np.arange(len(rows))[:, None]
    itself[~itself.any(axis=1), k] = True
    return np.sqrt(squares[~itself].reshape(-1, k).astype(np.float64))


serve({"faiss": faiss.__version__}, score)
