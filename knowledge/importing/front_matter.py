"""Front matter as far as a document's own text gives it; what the text leaves open is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from knowledge.gazetteer import load_gazetteer
from knowledge.importing.anatomy import (
    DATE_LINE,
    NUMBER_LINE,
    Anatomy,
    begins,
    is_person,
    without_degree,
    words,
)
from knowledge.importing.files import FileText
from knowledge.importing.paragraphs import Paragraph
from knowledge.partial_dates import check_partial_date, first_day, last_day
from knowledge.text import fold
from knowledge.vocabulary import vocabulary

_PERIOD = re.compile(r"giai đoạn\s+(\d{4})\s*[-–]\s*(\d{4})", re.IGNORECASE)
_IN_FORCE = re.compile(
    r"này có hiệu lực(?: thi hành)?\s+(?:kể\s+)?từ\s+(?:(?P<signed>ngày ký)|ngày\s+(?P<day>\d{1,2})\s*"
    r"(?:tháng|/|-)\s*(?P<month>\d{1,2})\s*(?:năm|/|-)\s*(?P<year>\d{4}))",
    re.IGNORECASE,
)
_COMPLETE = re.compile(r"\d+")
_QUOTED = "“”\"'. "
_SLUG_CHARACTERS, _SLUG_WORDS = 60, 8


def front_matter(text: FileText, parts: Anatomy, today: date) -> dict[str, Any]:
    """Returns the fields of a `knowledge.documents.Document` that `text` gives, without the id's uniqueness.

    Dates are partial where the text leaves the day or the month open. `today` decides whether a period has ended.
    """
    number = _number(parts)
    kind = _kind(parts, number)
    title = _title(parts, text)
    issued, place_of_issue = _issued(parts)
    issuer = _issuer(parts.head) or _issuer(parts.signature)
    place = _place(issuer, place_of_issue)
    valid_from, valid_to = _validity(parts, title, issued)
    proposal = {
        "id": _identifier(kind, number, title, issued),
        "type": kind,
        "number": number,
        "citation": _citation(kind, number, issuer, place, issued) or title,
        "title": title,
        "issuer": issuer,
        "place": place,
        "issued": issued,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "status": _status(valid_from, valid_to, today),
        "signer": _signer(parts.signature),
        "source": _source(text),
    }
    return {name: value for name, value in proposal.items() if value is not None}


def slug(text: str) -> str:
    """Returns `text` as an id: folded words with hyphens between."""
    parts = re.findall(r"[a-z0-9]+", fold(text))
    while len("-".join(parts)) > _SLUG_CHARACTERS:
        parts.pop()
    return "-".join(parts)


def _number(parts: Anatomy) -> str | None:
    for paragraph in parts.head:
        match = NUMBER_LINE.match(paragraph.plain)
        if match:
            return re.sub(r"\s+", "", match["number"]).strip(".…_") or None
    return None


def _kind(parts: Anatomy, number: str | None) -> str | None:
    if parts.kind:
        return parts.kind
    symbols: dict[str, str] = vocabulary("importing")["symbols"]
    written = re.split(r"[/-]", number or "")
    of_number = next((symbols[part] for part in written if part in symbols), None)
    is_letter = parts.title and begins(parts.title[0].plain, words("subject"))
    return of_number or (vocabulary("importing")["letter"] if is_letter else None)


def _title(parts: Anatomy, text: FileText) -> str:
    joined = " ".join(paragraph.plain for paragraph in parts.title)
    for introduction in (*([parts.kind] if parts.kind else ()), *words("subject")):
        if begins(joined, [introduction]):
            joined = joined[len(introduction) :].lstrip(" :") or joined
    joined = joined.strip() or next((p.plain for p in parts.body if p.level), "") or text.file.stem
    return joined[:1].upper() + joined[1:]


def _issued(parts: Anatomy) -> tuple[str | None, str | None]:
    """Returns the date and the place of the line "Hải Phòng, ngày … tháng … năm …"."""
    for paragraph in (*parts.head, *parts.signature):
        match = DATE_LINE.match(paragraph.plain)
        if match:
            return _partial(match["year"], match["month"], match["day"]), match["place"].strip()
    return None, None


def _partial(year: str, month: str | None, day: str | None) -> str | None:
    written = year
    for part in (month, day):
        if not part:
            break
        written += f"-{int(part):02}"
    try:
        return check_partial_date(written)
    except ValueError:
        return year


def _issuer(paragraphs: Sequence[Paragraph]) -> str | None:
    """Returns the office that the lines name last, with the region that only the line above names."""
    name, region = "", ""
    for paragraph in paragraphs:
        text = re.sub(r"^(?:[A-Z]{1,3}\.\s*)+", "", paragraph.plain).strip(_QUOTED)
        if DATE_LINE.match(text) or NUMBER_LINE.match(text) or not text.isupper():
            continue
        if begins(text, words("issuers")) and not begins(text, words("offices")):
            region = _region(name) or region
            name = text
        elif name and begins(text, words("region")):
            name = f"{name} {text}"
    if not name:
        return None
    full = name if _region(name) or not region else f"{name} {region}"
    return _named(full)


def _region(name: str) -> str:
    starts = [name.upper().find(f" {word.upper()} ") for word in words("region")]
    found = [at for at in starts if at >= 0]
    return name[min(found) :].strip() if found else ""


def _named(capitals: str) -> str:
    """Returns the name of an office as it is written within a text."""
    region = _region(capitals)
    text = capitals.lower()
    places = {mention.name for mention in load_gazetteer().find(text) if mention.entity == "place"}
    bare = {_bare_place(place) for place in places}
    for name in sorted({*words("names"), *words("issuers"), *bare}, key=len):
        if name.isupper() or name in words("region"):
            continue
        start = text.lower().find(name.lower())
        ends = start + len(name)
        if start >= 0 and not text[ends : ends + 1].isalpha() and not text[start - 1 : start].isalpha():
            own = name if start == 0 or name not in words("issuers") else text[start:ends]
            text = text[:start] + own + text[ends:]
    text = text[: len(text) - len(region)] + _named_region(region)
    first = begins(text, [word for word in words("issuers") if word.isupper()])
    return f"{first}{text[len(first) :]}" if first else text[:1].upper() + text[1:]


def _named_region(capitals: str) -> str:
    """Returns "THÀNH PHỐ HẢI PHÒNG" as "thành phố Hải Phòng"."""
    text = capitals.title()
    for kind in words("region"):
        text = re.sub(rf"\b{kind}\b", kind if kind.isupper() else kind.lower(), text, flags=re.IGNORECASE)
    return text


def _bare_place(place: str) -> str:
    """Returns the name of a place without its kind ("Quận Dương Kinh" is "Dương Kinh")."""
    kind = begins(place, words("region"))
    return place[len(kind) :].strip() if kind else place


def _place(issuer: str | None, place_of_issue: str | None) -> str | None:
    if issuer and begins(issuer, words("national")):
        return None
    region = _region(issuer or "")
    kind = begins(region, [word for word in words("region") if word not in ("Quận", "Huyện")])
    return (region[len(kind) :].strip() if kind else region) or place_of_issue


def _validity(parts: Anatomy, title: str, issued: str | None) -> tuple[str | None, str | None]:
    period = _PERIOD.search(title)
    if period and period[1] <= period[2]:
        return period[1], period[2]
    for paragraph in reversed(parts.body):
        match = _IN_FORCE.search(paragraph.plain)
        if match:
            return (
                issued if match["signed"] else _partial(match["year"], match["month"], match["day"])
            ), None
    return None, None


def _status(valid_from: str | None, valid_to: str | None, today: date) -> str:
    if valid_to is None:
        return "unknown"
    if last_day(valid_to) < today:
        return "ended"
    return "in_force" if valid_from and first_day(valid_from) <= today else "unknown"


def _signer(signature: Sequence[Paragraph]) -> str | None:
    name = next((p.plain for p in reversed(signature) if is_person(p.plain)), None)
    if name is None:
        return None
    bare = without_degree(name)
    return bare.title() if bare.isupper() else bare


def _citation(
    kind: str | None, number: str | None, issuer: str | None, place: str | None, issued: str | None
) -> str | None:
    if kind and number and _COMPLETE.match(number):
        form = "citation_number"
    elif kind and issued and (issuer or place):
        form = "citation_issuer" if issuer else "citation_place"
    else:
        return None
    written = str(vocabulary("importing")[form])
    return written.format(type=kind, number=number, issuer=issuer, place=place, year=(issued or "")[:4])


def _identifier(kind: str | None, number: str | None, title: str, issued: str | None) -> str:
    digits = _COMPLETE.match(number or "")
    year = issued[:4] if issued else ""
    if digits:
        stated = re.search(r"/((?:19|20)\d\d)/", number or "")
        return slug(f"{kind or 'van ban'} {digits[0]} {stated[1] if stated else year}")
    subject = " ".join(title.split()[:_SLUG_WORDS])
    if kind and fold(subject).startswith(fold(kind)):
        kind = None
    return slug(f"{kind or ''} {subject} {'' if year and year in subject else year}") or "van-ban"


def _source(text: FileText) -> str:
    forms = vocabulary("importing")
    if text.encoding is None:
        return str(forms["source"]).format(file=text.file.name)
    return str(forms["source_converted"]).format(
        file=text.file.name, encoding=forms["encodings"][text.encoding]
    )
