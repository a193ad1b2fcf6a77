"""A contender's side of the line protocol of harness.ts, for Python: see child.mjs."""

import json
import resource
import sys
import time

import numpy as np


def peak_memory():
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def answer(value):
    print(json.dumps(value), flush=True)


def windows(series, window_size):
    return np.lib.stride_tricks.sliding_window_view(series, window_size)


def serve(versions, score):
    """Serves score(series, window_size, k, *extra): the distances of every window to its k neighbors, k a row."""
    path, window_size, k, *extra = sys.argv[1:]
    window_size, k = int(window_size), int(k)
    series = np.fromfile(path, dtype="<f8")
    scores = np.zeros(0)
    answer({"versions": {"python": sys.version.split()[0], "numpy": np.__version__, **versions}, "rss": peak_memory()})
    for line in sys.stdin:
        command, _, argument = line.rstrip("\n").partition(" ")
        if command == "run":
            start = time.perf_counter()
            for _ in range(int(argument)):
                scores = np.zeros(len(series))
                scores[window_size - 1 :] = score(series, window_size, k, *extra).mean(axis=1)
            answer({"seconds": (time.perf_counter() - start) / int(argument)})
        elif command == "save":
            scores.astype("<f8").tofile(argument)
            answer({"saved": len(scores)})
        else:
            answer({"rss": peak_memory()})
            break
