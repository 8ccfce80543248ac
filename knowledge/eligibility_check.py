"""Checks `eligibility.yml` against what is known: every fault with its line, policy and field.

A rule may name only values that a case can have, and trades and schools that have an entry; what it cites must exist;
and a number that is told must stand in what is cited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge.case_vocabulary import VALUES
from knowledge.eligibility import ELIGIBILITY_FILE, OTHERS, Condition, Policy
from knowledge.errors import FactError
from knowledge.facts import FactBase
from knowledge.passages import Passage
from knowledge.support import evidence_of, unsupported_numbers


def check_policies(
    facts: FactBase, passages: Iterable[Passage], file: Path = ELIGIBILITY_FILE
) -> list[FactError]:
    """Returns every fault in the rules of `file`.

    Args:
        facts: the entries, whose trades and schools rules may name.
        passages: those of the documents and of the facts, which policies cite by their ids.
        file: the rules.
    """
    known, faults = {passage.id: passage for passage in passages}, []
    seen: set[str] = set()
    for row, line in _rows(file):
        name = row.get("id") if isinstance(row, dict) else None
        try:
            policy = Policy.model_validate(row)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                place = ".".join(str(part) for part in fault["loc"])
                faults.append(FactError(file, line, name, f"{place}: {fault['msg']}"))
            continue
        reasons = list(_faults(policy, facts, known))
        if policy.id in seen:
            reasons.append("another policy has this id already")
        seen.add(policy.id)
        faults += [FactError(file, line, policy.id, reason) for reason in reasons]
    return faults


def _rows(file: Path) -> Iterator[tuple[object, int]]:
    """Yields each policy as written, and its line; FactError if the file is no list in YAML."""
    text = file.read_text(encoding="utf-8")
    try:
        root, rows = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"not YAML: {getattr(error, 'problem', error)}"
        raise FactError(file, mark.line + 1 if mark else 1, None, reason) from error
    if not isinstance(rows, list) or not isinstance(root, yaml.SequenceNode):
        raise FactError(file, 1, None, "not a list of policies")
    yield from ((row, node.start_mark.line + 1) for row, node in zip(rows, root.value, strict=True))


def _faults(policy: Policy, facts: FactBase, known: Mapping[str, Passage]) -> Iterator[str]:
    for number, condition in enumerate(policy.conditions):
        for value in sorted(_named(condition) - _possible(condition.attribute, facts)):
            yield f"conditions.{number}: {condition.attribute} has no value {value!r}"
    for cited in policy.cites:
        if cited not in known:
            yield f"cites: there is no passage {cited!r}"
    evidence = [text for cited in policy.cites if cited in known for text in evidence_of(known[cited])]
    for sentence in policy.sentences:
        if numbers := unsupported_numbers(sentence, evidence):
            yield f"{', '.join(numbers)} of {sentence!r} stands in nothing that it cites"


def _named(condition: Condition) -> set[str]:
    return {
        *condition.fits,
        *condition.fails,
        *condition.unclear,
        *(n for told in condition.needs for n in told),
    }


def _possible(attribute: str, facts: FactBase) -> set[str]:
    entries = {"occupation": facts.occupations, "institution": facts.institutions}.get(attribute, {})
    return {OTHERS, *VALUES[attribute], *entries}
