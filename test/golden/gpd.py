# Generalized Pareto fits by SciPy, for test/spot.test.ts: python3 test/golden/gpd.py > test/golden/gpd.json
import json
import sys

import numpy as np
import scipy
from scipy.stats import genpareto

random = np.random.default_rng(3)
fits = []
for shape in (-0.3, -0.1, 0, 0.2, 0.5, 1):
    for n in (20, 60):
        excesses = [round(float(y), 6) + 1e-6 for y in genpareto.rvs(shape, scale=2, size=n, random_state=random)]
        c, _, scale = genpareto.fit(excesses, floc=0)
        likelihood = genpareto.logpdf(excesses, c, 0, scale).sum()
        fits.append({"drawn": shape, "excesses": excesses, "shape": c, "scale": scale, "logLikelihood": likelihood})
versions = {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__}
made = "test/golden/gpd.py: genpareto.fit(excesses, floc=0)"
print(json.dumps({"made": made, "versions": versions, "fits": fits}))
