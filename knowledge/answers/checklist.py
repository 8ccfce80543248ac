"""The result of a check of support: a checklist of what fits, what is missing and what is not known, with sources."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answers.answer import Answer, Reply, embolden, fit
from knowledge.answers.citations import references_of, source_line, source_of_passage, written_date
from knowledge.case import Case
from knowledge.eligibility import Outcome, Policy, Verdict
from knowledge.gazetteer import Gazetteer
from knowledge.passages import Passage
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

# What concerns a reader most comes first, each in a line of its own; the others follow together.
_ORDER: tuple[Outcome, ...] = ("fits", "unclear")
_CITED_EACH = 3
# Where there is no room for all: first the reasons of what does not fit are left out, then those of what is unclear,
# then what does not fit; at last, of what fits all but the names, one after the other from the end.
_DETAILS = ("full", "no reasons", "brief unclear", "no failing")
_REPLIES = 2


def checklist(case: Case, verdicts: Sequence[Verdict], gazetteer: Gazetteer, knowledge: Retriever) -> Answer:
    """Returns the verdicts on a case as one answer; it never promises, and says whom to ask."""
    words = vocabulary("checklist")
    shown = [verdict for outcome in _ORDER for verdict in verdicts if verdict.outcome == outcome]
    head = _head(case, gazetteer)

    def lines(detail: str, brief: int) -> list[str]:
        fits = sum(verdict.outcome == "fits" for verdict in shown)
        told = [_line(v, detail, fits - brief <= n < fits) for n, v in enumerate(shown)]
        return [head, *(told or [words["none"]])]

    cited = [passage for verdict in shown for passage in _cited(verdict.policy, knowledge)]
    references = [reference for passage in cited for reference in references_of(passage)[:1]]
    closing = [words["closing"], source_line(references, knowledge) if references else ""]
    briefer = [*((detail, 0) for detail in _DETAILS), *((_DETAILS[-1], n + 1) for n in range(len(shown)))]
    for detail, brief in briefer:
        kept, whole = fit([*lines(detail, brief), *_others(verdicts, detail)], closing)
        if whole:
            break
    asks = [Reply(verdict.policy.name, verdict.policy.ask) for verdict in shown[:_REPLIES]]
    return Answer(
        text="\n".join(kept),
        sources=tuple(source_of_passage(passage, knowledge) for passage in cited),
        passages=tuple(passage.id for passage in cited),
        replies=(*asks, Reply(**words["person"])),
        known=any(verdict.outcome == "fits" for verdict in verdicts),
    )


def spoken_case(case: Case, gazetteer: Gazetteer) -> str:
    """Returns a case as it is said back: "xong lớp 9, thường trú Hải Phòng, nghề Hàn"; "" when nothing is known."""
    labels = vocabulary("checklist")["labels"]
    said = []
    for attribute in ("who", "residence", "schooling", "study", "occupation", "institution"):
        value = getattr(case, attribute)
        if value is not None:
            named = labels[attribute].get("named", "{name}")
            said.append(labels[attribute].get(value) or named.format(name=gazetteer.name(attribute, value)))
    said += [labels["circumstances"][name] for name in sorted(case.circumstances)]
    return ", ".join(said)


def _head(case: Case, gazetteer: Gazetteer) -> str:
    words = vocabulary("checklist")
    asker = "parent" if case.asker == "parent" else "self"
    said = spoken_case(case, gazetteer)
    head: str = words["head"][asker].format(case=said) if said else words["head_unknown"][asker]
    return head


def _line(verdict: Verdict, detail: str, brief: bool) -> str:
    words, policy = vocabulary("checklist"), verdict.policy
    notes = words["joint"].join(verdict.notes)
    if verdict.outcome == "unclear":
        form = "unclear" if detail in _DETAILS[:2] else "brief_unclear"
    else:
        form = "brief" if brief else "noted" if notes else "fits"
    line: str = words[form].format(name=policy.name, gives=embolden(policy.gives), notes=embolden(notes))
    return line


def _others(verdicts: Sequence[Verdict], detail: str) -> list[str]:
    """Returns a line for all that more must be known for, one for what has ended, and one for what does not fit."""
    words = vocabulary("checklist")
    missing = [verdict for verdict in verdicts if verdict.outcome == "missing"]
    ended = [verdict for verdict in verdicts if verdict.outcome == "ended"]
    failing = [verdict for verdict in verdicts if verdict.outcome == "fails"]
    lines = []
    if missing:
        names = words["joint"].join(dict.fromkeys(verdict.policy.name for verdict in missing))
        lines.append(words["missing"].format(lacking=_lacking(missing), policies=names))
    lines += [words["ended"].format(name=v.policy.name, end=written_date(v.policy.period.end)) for v in ended]
    if failing and detail != "no failing":
        failed = [
            words["failed"].format(name=v.policy.name, why=v.notes[0]) if detail == "full" else v.policy.name
            for v in failing
        ]
        lines.append(words["fails"].format(policies=words["joint"].join(failed)))
    return lines


def _lacking(verdicts: Sequence[Verdict]) -> str:
    """Returns what must be known of a case for some policies, in words."""
    words = vocabulary("checklist")["lacking"]
    named = dict.fromkeys(name for verdict in verdicts for name in verdict.lacking)
    return ", ".join(words[name] for name in named)


def _cited(policy: Policy, knowledge: Retriever) -> list[Passage]:
    found = (knowledge.passage(passage_id) for passage_id in policy.cites[:_CITED_EACH])
    return [passage for passage in found if passage is not None]
