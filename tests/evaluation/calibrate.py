"""Fits the confidence model of `knowledge/ranking.yml`: `python -m tests.evaluation.calibrate [--write]`.

A logistic regression over the features of the best hit tells questions that the documents answer from messages that
they do not. It is judged by ten-fold cross-validation on those it was not fitted to. `answer` is the threshold at which
at most 5 % of the unanswerable ones would be answered; between `suggest` and it, the assistant asks "did you mean".
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from actions.finding import Desk
from connectors.settings import load_settings
from knowledge.encoder import load_encoder
from knowledge.search import RANKING_FILE
from knowledge.store import KnowledgeStore
from tests.evaluation.sets import answerable, unanswerable

FEATURES = ("dense", "question", "fused", "coverage", "missing", "unmet")
FALSE_ANSWERS = 0.05
# "Did you mean" is worth asking down to this share of the threshold.
SUGGEST_SHARE = 0.4


def main() -> None:
    """Fits, prints the figures, and with --write puts the weights into ranking.yml."""
    settings = load_settings()
    store = KnowledgeStore(settings.index_dir, load_encoder(settings.encoder))
    desk = Desk(store, settings.current_date)
    texts = [(q.text, 1) for q in answerable()] + [(q.text, 0) for q in unanswerable()]
    found = [(desk.search(text).hits, label) for text, label in texts]
    rows = [(hits[0].features, label) for hits, label in found if hits]
    x = np.array([[features[name] for name in FEATURES] for features, _ in rows])
    y = np.array([label for _, label in rows])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=10, class_weight="balanced", max_iter=2000))
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    probability = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    answer = float(np.quantile(probability[y == 0], 1 - FALSE_ANSWERS))
    print(f"area under the curve {roc_auc_score(y, probability):.3f} (cross-validated)")
    print(
        f"threshold {answer:.2f}: {(probability[y == 1] > answer).mean():.1%} of the answerable are answered"
    )
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    fitted = {name: round(float(w), 3) for name, w in zip(FEATURES, weights, strict=True)}
    print(
        {
            "bias": round(bias, 3),
            **fitted,
            "answer": round(answer, 2),
            "suggest": round(answer * SUGGEST_SHARE, 2),
        }
    )
    if "--write" in sys.argv:
        _write(RANKING_FILE, bias, fitted, answer)


def _write(file: Path, bias: float, weights: dict[str, float], answer: float) -> None:
    """Replaces the fitted numbers and keeps the comments."""
    lines = "".join(f"    {name}: {value}\n" for name, value in weights.items())
    text = file.read_text(encoding="utf-8")
    text = re.sub(
        r"(?m)^  bias:.*\n  weights:\n(?:    .*\n)+", f"  bias: {bias:.3f}\n  weights:\n{lines}", text
    )
    text = re.sub(r"(?m)^answer:.*$", f"answer: {answer:.2f}", text)
    text = re.sub(r"(?m)^suggest:.*$", f"suggest: {answer * SUGGEST_SHARE:.2f}", text)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
