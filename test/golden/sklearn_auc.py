"""Makes sklearn-auc.json: areas under the ROC and the precision-recall curve by scikit-learn.
Run in this directory: python3 sklearn_auc.py"""

import json

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, roc_auc_score

random = np.random.RandomState(2006)
cases = []
for name, n, share, levels in [
    ('two values', 2, 0.5, 0),
    ('no ties', 100, 0.2, 0),
    ('few levels', 200, 0.1, 4),
    ('mostly anomalous', 50, 0.9, 0),
    ('constant scores', 30, 0.3, 1),
    ('rare', 500, 0.01, 20),
    ('negative scores', 80, 0.25, 0),
]:
    labels = (random.rand(n) < share).astype(int)
    labels[0], labels[1] = 0, 1
    scores = random.randn(n) + labels
    if levels > 0:
        scores = np.floor(levels * random.rand(n))
    if name == 'negative scores':
        scores -= 10
    cases.append({
        'name': name,
        'scores': scores.tolist(),
        'labels': labels.tolist(),
        'rocAuc': float(roc_auc_score(labels, scores)),
        'prAuc': float(average_precision_score(labels, scores)),
    })

head = {
    'program': 'sklearn_auc.py',
    'version': f'scikit-learn {sklearn.__version__}, numpy {np.__version__}',
    'command': 'python3 sklearn_auc.py',
}
with open('sklearn-auc.json', 'w') as file:
    rows = ',\n'.join('    ' + json.dumps(case) for case in cases)
    file.write(f'{{\n  "madeBy": {json.dumps(head)},\n  "cases": [\n{rows}\n  ]\n}}\n')
