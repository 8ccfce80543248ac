"""The attributes of a person's case, their values, and the words for them (`vocabulary/case.yml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, model_validator

from knowledge.gazetteer import Entry, Gazetteer
from knowledge.question import Phrases
from knowledge.text import prepare
from knowledge.vocabulary import vocabulary

# The values of each attribute; of a trade or school, those that are no id of an entry.
VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "who": ("student", "worker", "teacher"),
        "asker": ("self", "parent"),
        "residence": ("hai_phong", "hai_duong_cu", "temporary", "elsewhere"),
        "schooling": ("below_9", "lop_9", "lop_12", "trung_cap", "cao_dang"),
        "study": ("so_cap", "trung_cap", "nine_plus", "cao_dang"),
        "occupation": ("other", "undecided"),
        "institution": ("other", "undecided", "in_hai_phong", "in_hai_duong_cu", "elsewhere"),
        "circumstances": (
            *("poor", "near_poor", "average", "minority", "disabled"),
            *("hard_area", "boarding_school", "work_accident"),
        ),
    }
)
ATTRIBUTES = tuple(VALUES)


class CaseWords(BaseModel):
    """`vocabulary/case.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: dict[str, dict[str, tuple[str, ...]]]
    bare: dict[str, dict[str, tuple[str, ...]]]
    prefer: dict[str, tuple[str, ...]]
    denied: dict[str, dict[str, str]]
    cues: dict[str, tuple[str, ...]]
    denials: tuple[str, ...]
    corrections: tuple[str, ...]
    clauses: tuple[str, ...]
    unsure: tuple[str, ...]
    before: dict[str, str]
    named: dict[str, tuple[str, ...]]
    places: dict[str, tuple[str, ...]]
    places_exact: dict[str, tuple[str, ...]]
    places_after: dict[str, str]

    @model_validator(mode="after")
    def _check_values(self) -> CaseWords:
        for part in ("says", "bare", "prefer", "denied"):
            for attribute, values in getattr(self, part).items():
                wrong = [value for value in values if value not in VALUES.get(attribute, ())]
                if wrong:
                    raise ValueError(f"{part}: {attribute}: there is no value {', '.join(wrong)}")
        return self


@cache
def case_words() -> CaseWords:
    """Returns the words, read and checked once."""
    return CaseWords.model_validate(vocabulary("case"))


@cache
def word_finder() -> Gazetteer:
    """Returns a gazetteer of all words for values, places, and the words around them."""
    words = case_words()
    entries = [_entry(name, value, said) for name, by in words.says.items() for value, said in by.items()]
    entries.append(_entry("asker", "parent", vocabulary("questions")["parent"]))
    entries += [_entry("cue", value, said) for value, said in words.cues.items()]
    for name in ("denials", "corrections", "clauses", "unsure"):
        entries.append(_entry(name, name, getattr(words, name)))
    for value, names in words.places.items():
        exact = words.places_exact.get(value, ())
        after = [f"{before} {name}" for name in exact for before in words.places_after]
        entries.append(_entry("place", value, [*names, *after], exact))
    return Gazetteer(entries)


@cache
def bare_words(attribute: str) -> Gazetteer:
    """Returns a gazetteer of the short answers to the question for an attribute."""
    by = case_words().bare.get(attribute, {})
    return Gazetteer([_entry(attribute, value, said) for value, said in by.items()])


@cache
def unlisted(kind: str) -> Phrases:
    """Returns the trades ("occupation") or schools ("institution") that the knowledge base has no entry for."""
    return Phrases(vocabulary("unlisted")[f"{kind}s"])


@cache
def namings(kind: str) -> Phrases:
    """Returns the words behind which a trade or school is named."""
    return Phrases(case_words().named[kind])


def _entry(entity: str, value: str, said: Iterable[str], exact: Iterable[str] = ()) -> Entry:
    """Returns the words for a value, also as `prepare` writes them out."""
    written = dict.fromkeys(form for phrase in said for form in (phrase, prepare(phrase)))
    first, *others = written
    return Entry(entity, value, first, tuple(others), exact=tuple(exact))
