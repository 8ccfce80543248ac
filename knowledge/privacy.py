"""Masks what tells who someone is (contacts, identity numbers, home addresses) in what is shown, indexed or stored."""

from __future__ import annotations

import re

from knowledge.vocabulary import vocabulary

# Vietnamese mobile prefixes (03, 05, 07, 08, 09 or +84) with eight more digits; spaces, dots, dashes between.
# "03 2024-2030" (a resolution and its years) and "03-9-2024 8-10" (a day and hours) are none.
_BETWEEN = r"[ \u00a0._-]{0,3}"
_MOBILE = re.compile(
    r"(?:(?<!\d)(?<!\d[.,/-])|(?<=\d{9}[/-])|(?<=\D\d{3}[/-]))"
    r"(?!\d\d[ .-](?:\d\d?|(?:19|20)\d\d)[ .-](?:19|20)\d\d(?!\d))"
    rf"(?:(?:\(\+?84\)|\+?84)(?:{_BETWEEN}\(0\))?|0){_BETWEEN}[35789](?:{_BETWEEN}\d){{8}}(?!\d)"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Citizen identity cards have twelve digits, the older ones nine: https://thuvienphapluat.vn (Luật Căn cước 2023).
# A sum of money ("900 000 000 đồng") is none.
_IDENTITY = re.compile(
    r"(?<![\d.,/-])(?!\d[\d ]*(?:đồng|đ\b|vnđ|vnd))\d{3} ?\d{3} ?\d{3}(?: ?\d{3})?(?![\d/-]|[.,]\d)",
    re.IGNORECASE,
)
# "số nhà 12/4 ngõ 34 đường Lạch Tray", "ngách 5/12", "số 7 phố Cát Dài": a house can be found by it. A street or a
# ward alone is not so exact, and neither is "Quyết định số 12".
# Ranges of Vietnamese capitals hold small letters too.
_CAPITAL = f"[A-Z{''.join(c for c in map(chr, range(0xC0, 0x1EFA)) if c.isupper())}]"
_PROPER = rf"(?-i:{_CAPITAL}\w*(?:\s+{_CAPITAL}\w*){{0,3}})"
_WAY = rf"(?:đường|phố|duong|pho)\s+(?:{_PROPER}|\w+(?:\s+\w+)?)"
_LANE = r"(?:ngõ|ngách|hẻm|kiệt|tổ|xóm|ngo|ngach|hem|kiet|xom)\s+(?:số\s+|so\s+)?\d[\w/]*"
_REST = rf"(?:[\s,]+(?:{_LANE}|{_WAY}))*"
# A bare number counts only before a name written as one: "9 phố nghề" is none.
_HOUSE = r"\d[\w/]*"
_ADDRESS = re.compile(
    rf"(?<!\w)(?:(?:số\s+nhà|nhà\s+số|so\s+nha|nha\s+so)\s+{_HOUSE}{_REST}|"
    rf"(?:số|so)\s+{_HOUSE}[\s,]+(?:{_LANE}|{_WAY}){_REST}|{_HOUSE}[\s,]+(?:đường|phố)\s+{_PROPER}|{_LANE}{_REST}|"
    rf"(?<=nhà em ở )(?:số\s+)?{_HOUSE}\s+{_PROPER}|(?<=nhà mình ở )(?:số\s+)?{_HOUSE}\s+{_PROPER})",
    re.IGNORECASE,
)


def mask_personal(text: str) -> str:
    """Returns a user's `text` with contacts, identity numbers and exact addresses replaced by labels."""
    return _ADDRESS.sub(vocabulary("labels")["masked_address"], mask_contacts(text))


def contact_in(text: str) -> str | None:
    """Returns the first mobile number or e-mail address in `text`, or None."""
    found = _MOBILE.search(text) or _EMAIL.search(text)
    return found.group().strip() if found else None


def mask_contacts(text: str) -> str:
    """Returns `text` with mobile numbers, e-mail addresses and identity numbers replaced by a label."""
    labels = vocabulary("labels")
    text = _EMAIL.sub(labels["masked_email"], text)
    text = _MOBILE.sub(labels["masked_phone"], text)
    return _IDENTITY.sub(labels["masked_identity"], text)
