"""Fits the confidence model of `knowledge/ranking.yml`: `python -m tests.evaluation.calibrate [--write]`.

A logistic regression over the features of the best hit tells passages that answer from those that do not: the best hit
of a question that can be answered may be a wrong one, and that of a message to be declined always is. It is judged by
ten-fold cross-validation on those it was not fitted to. `answer` is the threshold at which no more than a share of the
messages to be declined would be answered; between `suggest` and it, the assistant asks "did you mean".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from actions.finding import Desk
from connectors.settings import load_settings
from knowledge.documents import Document
from knowledge.encoder import load_encoder
from knowledge.ranking import RANKING_FILE
from knowledge.store import KnowledgeStore
from tests.evaluation.sets import answerable, declined, fact_questions, unanswerable

FEATURES = ("dense", "question", "fused", "coverage", "missing", "unmet", "entry", "lacked")
# Of all messages to be declined, those that search may answer; the intent model (out of scope) declines some of them.
FALSE_ANSWERS = 0.035
# A best hit that is not the evidence is often nearly right: it counts less than a message to be declined.
WRONG_HIT = 0.3
# "Did you mean" is worth asking down to this share of the threshold.
SUGGEST_SHARE = 0.4


@dataclass(frozen=True)
class Sample:
    """The best hit's features, whether its passage answers, and whether the message was one to be declined."""

    features: dict[str, float]
    answers: bool
    to_decline: bool


def main() -> None:
    """Fits, prints the figures, and with --write puts the weights into ranking.yml."""
    settings = load_settings()
    store = KnowledgeStore(settings.index_dir, load_encoder(settings.encoder))
    desk = Desk(store, settings.current_date)
    samples = list(_samples(desk))
    x = np.array([[sample.features[name] for name in FEATURES] for sample in samples])
    y = np.array([sample.answers for sample in samples], dtype=int)
    to_decline = np.array([sample.to_decline for sample in samples])
    weight = np.where(to_decline, 1.0, np.where(y == 1, 1.0, WRONG_HIT))
    weight[y == 1] *= weight[y == 0].sum() / (y == 1).sum()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
    probability = np.zeros(len(y))
    for training, held_out in StratifiedKFold(10, shuffle=True, random_state=0).split(x, y):
        model.fit(x[training], y[training], logisticregression__sample_weight=weight[training])
        probability[held_out] = model.predict_proba(x[held_out])[:, 1]
    allowed = int(FALSE_ANSWERS * (len(unanswerable()) + len(declined())))
    answer = float(np.sort(probability[to_decline])[-allowed - 1])
    wrong = (y == 0) & ~to_decline
    print(f"area under the curve {roc_auc_score(y, probability):.3f} (cross-validated)")
    print(
        f"{y.sum()} right best hits, {wrong.sum()} wrong ones, {to_decline.sum()} of messages to be declined"
    )
    print(
        f"threshold {answer:.2f}: {(probability[y == 1] > answer).mean():.1%} of the right best hits are shown, "
        f"{(probability[wrong] > answer).mean():.1%} of the wrong ones"
    )
    model.fit(x, y, logisticregression__sample_weight=weight)
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


def _samples(desk: Desk) -> Iterator[Sample]:
    """Yields what the model can learn from.

    Left out is what its threshold does not decide: a message answered directly from the entries, and one to be
    declined whose best hit itself says that something is not known. Left out too is a question on the documents
    whose best hit is an entry of the facts without the evidence: the entry may say the same in other words.
    """
    for question in (*answerable(), *fact_questions()):
        finding = desk.search(question.text)
        if finding.answer is not None or not finding.hits:
            continue
        best = finding.hits[0]
        answers = question.found_in(best.passage)
        if answers or question.facts or isinstance(best.passage.source, Document):
            yield Sample(best.features, answers, to_decline=False)
    for message in (*unanswerable(), *declined()):
        finding = desk.search(message.text)
        if finding.answer is None and finding.hits and desk.compose(finding).known:
            yield Sample(finding.hits[0].features, answers=False, to_decline=True)


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
