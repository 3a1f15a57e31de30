"""What scikit-learn makes of random scores with ties, for the tests of lib/metrics.

    pip install scikit-learn==1.9.1
    python3 bench/peers/metrics.py tests/metrics/recorded && deno fmt tests/metrics/recorded

FOLDER/sklearn.json holds cases: labels (1 = fake), scores (probability of fake), the value of every metric, and what the
calibrations make of other scores. Cases differ in size, in the share of fakes and in how many distinct scores there are.
Accuracy and its like call a row fake when its score is above 0.5; `bestAccuracy` when it is at least the threshold.
"""
import json
import sys
from pathlib import Path

import numpy as np
import sklearn
from scipy.special import logit
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import (accuracy_score, average_precision_score, balanced_accuracy_score, brier_score_loss, f1_score,
                             log_loss, precision_score, recall_score, roc_auc_score, roc_curve)

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(2026)
cases = []
# rows, share of fakes, distinct scores, distance of the classes
for rows, share, steps, distance in [(20, .5, 4, 1), (60, .5, 10, 2), (200, .1, 20, 1.5), (200, .9, 7, .5), (300, .5, 100, 3),
                                     (500, .4, 25, 0), (120, .5, 1, 1), (80, .5, 12, 12)]:
    labels = (random.random(rows) < share).astype(int)
    labels[:2] = [0, 1]
    logits = random.normal(size=rows) * 1.5 + (labels - .5) * distance
    scores = np.round(1 / (1 + np.exp(-logits)) * steps) / steps  # 0 and 1 among them
    called = (scores > .5).astype(int)
    fpr, tpr, _ = roc_curve(labels, scores, drop_intermediate=False)
    bins = np.minimum((scores * 15).astype(int), 14)
    metrics = {
        "accuracy": accuracy_score(labels, called),
        "balancedAccuracy": balanced_accuracy_score(labels, called),
        "realAccuracy": recall_score(labels, called, pos_label=0),
        "fakeAccuracy": recall_score(labels, called),
        "precision": precision_score(labels, called, zero_division=0),
        "recall": recall_score(labels, called),
        "f1": f1_score(labels, called, zero_division=0),
        "falseNegativeRate": 1 - recall_score(labels, called),
        "bestAccuracy": max(accuracy_score(labels, scores >= t) for t in np.unique(scores)),
        "auc": roc_auc_score(labels, scores),
        "averagePrecision": average_precision_score(labels, scores),
        "tprAt1Fpr": tpr[fpr <= .01].max(),
        "tprAt5Fpr": tpr[fpr <= .05].max(),
        # where FPR = 1 - TPR, straight between the points of the curve, along which FPR + TPR rises
        "eer": np.interp(1, fpr + tpr, fpr),
        "brier": brier_score_loss(labels, scores),
        "nll": log_loss(labels, scores),
        "ece15": sum(abs(scores[bins == b].sum() - labels[bins == b].sum()) for b in range(15)) / rows,
    }
    at = np.round(random.random(12), 3)
    odds = lambda values: logit(np.clip(values, 2.0**-52, 1 - 2.0**-52))
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
    platt = _SigmoidCalibration().fit(odds(scores), labels)
    cases.append({
        "labels": labels.tolist(), "scores": scores.tolist(), "metrics": {k: float(v) for k, v in metrics.items()},
        "at": at.tolist(), "isotonic": isotonic.predict(at).tolist(), "platt": platt.predict(odds(at)).tolist(),
    })
recorded = {"sklearn": sklearn.__version__, "numpy": np.__version__, "cases": cases}
(folder / "sklearn.json").write_text(json.dumps(recorded))
