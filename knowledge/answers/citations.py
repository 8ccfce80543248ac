"""How a source is named: in one line under an answer, and as a citation that opens the very paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.documents import Document
from knowledge.facts import CommonQuestion, Entry, Reference, sources_of
from knowledge.passages import Passage
from knowledge.search import Retriever
from knowledge.vocabulary import vocabulary

QUOTE_CHARACTERS = 1500
_MOST_NAMED = 3


@dataclass(frozen=True)
class Source:
    """What an answer rests on, ready to show. Dates may be partial; `url` is relative to the server."""

    id: str
    title: str
    number: str | None
    section: str
    issued: str | None
    valid_to: str | None
    url: str
    quote: str


def document_of(passage: Passage) -> Document:
    """Returns the document of a passage; TypeError if it is an entry of the facts."""
    if not isinstance(passage.source, Document):
        raise TypeError(f"{passage.id} is no passage of a document")
    return passage.source


def source_of(passage: Passage, scores: Sequence[float] = ()) -> Source:
    """Returns the citation of a document's passage, quoting it whole or, when long, from the best block on."""
    document = document_of(passage)
    return Source(
        id=passage.id,
        title=document.title,
        number=document.number,
        section=section_name(passage),
        issued=document.issued,
        valid_to=document.valid_to,
        url=f"/documents/{document.id}#{passage.section.slug}",
        quote=_quote(passage, scores),
    )


def source_of_claim(
    entry: Entry, statement: str, reference: Reference | None, knowledge: Retriever
) -> Source:
    """Returns the citation of a statement of an entry: its own source's name and date, the entry's page."""
    passage = cited_passage(reference, knowledge)
    if passage is not None:
        return replace(source_of(passage), quote=statement)
    section = vocabulary("topics")[entry.collection]["name"]
    otherwise = "assistant" if isinstance(entry, CommonQuestion) else "common_experience"
    own = knowledge.passage(entry.passage_id)
    return Source(
        id=entry.passage_id,
        title=reference_name(reference) if reference else vocabulary("answers")[otherwise],
        number=None,
        section=f"{section} › {own.heading}" if own else section,
        issued=reference.date if reference else None,
        valid_to=entry.applies_to.end,
        url=f"/facts/{entry.collection}#{entry.id}",
        quote=statement,
    )


def cited_passage(reference: Reference | None, knowledge: Retriever) -> Passage | None:
    """Returns the passage that a reference names, or None if it is no passage of a document of ours."""
    passage = knowledge.passage(reference.passage) if reference and reference.passage else None
    return passage if passage is not None and isinstance(passage.source, Document) else None


def references_of(passage: Passage) -> list[Reference]:
    """Returns the sources that a passage rests on; none of what is not known, or was never checked."""
    if isinstance(passage.source, Document):
        return [Reference(name=passage.source.citation, kind="document", passage=passage.id)]
    named = [source for name, source in sources_of(passage.source) if not name.startswith("other_")]
    return list(dict.fromkeys(named))


def source_of_passage(passage: Passage, knowledge: Retriever) -> Source:
    """Returns the citation of a whole passage, naming the first of its sources."""
    if isinstance(passage.source, Document):
        return source_of(passage)
    return source_of_claim(passage.source, passage.text, next(iter(references_of(passage)), None), knowledge)


def source_line(references: Iterable[Reference | None], knowledge: Retriever, complete: bool = True) -> str:
    """Returns the line that names the sources of statements: "Nguồn: Báo Hải Phòng (báo chí, 7/2025)."."""
    phrases = vocabulary("answers")
    names = list(dict.fromkeys(_named(reference, knowledge) for reference in references))
    line: str = phrases["sources" if complete else "sources_excerpt"].format(
        names=phrases["sources_joint"].join(names[:_MOST_NAMED])
    )
    return line


def section_name(passage: Passage) -> str:
    """Returns how the section is cited: "mục I.2.b", or its own words where it has no number."""
    label = passage.section.label
    return vocabulary("labels")["section"].format(label=label) if _is_number(label) else label


def citation_line(passage: Passage, complete: bool = True) -> str:
    """Returns the line that names a document's passage: "Nguồn: Kế hoạch 126/KH-UBND ngày 24/4/2019, mục I.2.b."."""
    form = vocabulary("answers")["source" if complete else "excerpt"]
    document = document_of(passage)
    line: str = form.format(
        citation=document.citation, issued=issued_phrase(document, "issued"), section=section_name(passage)
    )
    return line


def issued_phrase(document: Document, phrase: str) -> str:
    """Returns the date of issue in the form `phrase` for what is known of it: a day, a month, a year; or nothing."""
    known = [int(part) for part in (document.issued or "").split("-") if part]
    if not known:
        return ""
    form: str = vocabulary("answers")[f"{phrase}_{('year', 'month', 'day')[len(known) - 1]}"]
    return form.format(**dict(zip(("year", "month", "day"), known, strict=False)))


def reference_name(reference: Reference) -> str:
    """Returns the name of a source, the press named as press."""
    names = vocabulary("answers")["kinds"]
    return names[reference.kind].format(name=reference.name) if reference.kind in names else reference.name


def written_date(partial: str | None) -> str:
    """Returns a partial date as people write it: "24/4/2019", "4/2019", "2019"."""
    return "/".join(str(int(part)) for part in reversed((partial or "").split("-")) if part)


def _named(reference: Reference | None, knowledge: Retriever) -> str:
    """Returns how the source line names one source, with its date."""
    phrases = vocabulary("answers")
    if reference is None:
        return str(phrases["common_experience"])
    passage = cited_passage(reference, knowledge)
    if passage is not None:
        cited = document_of(passage)
        return f"{cited.citation}{issued_phrase(cited, 'issued')}, {section_name(passage)}"
    document = knowledge.index.library.document(reference.passage or "")
    if document is not None:
        return f"{document.citation}{issued_phrase(document, 'issued')}"
    remarks = [phrases["press"]] if reference.kind == "press" else []
    remarks += [written_date(reference.date)] if reference.date else []
    return f"{reference.name} ({', '.join(remarks)})" if remarks else reference.name


def _quote(passage: Passage, scores: Sequence[float]) -> str:
    """Returns a passage whole or, when it is long, the blocks that answer best, "…" for what is left out."""
    blocks = passage.section.blocks
    if len(passage.text) <= QUOTE_CHARACTERS or not scores:
        return passage.text
    room, chosen = QUOTE_CHARACTERS, set[int]()
    for number in sorted(range(len(blocks)), key=lambda n: -scores[n]):
        if not chosen or len(blocks[number].plain) <= room:
            chosen.add(number)
            room -= len(blocks[number].plain)
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number in chosen:
            lines.append(f"- {block.plain}" if block.kind == "item" else block.plain)
        elif not lines or lines[-1] != "…":
            lines.append("…")
    return "\n".join(lines)


def _is_number(label: str) -> bool:
    return all(len(part) <= 5 for part in label.split(".")) and " " not in label
