"""Masks personal contacts: mobile numbers, mailboxes and identity numbers, in what is shown, indexed or stored."""

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


def mask_contacts(text: str) -> str:
    """Returns `text` with mobile numbers, e-mail addresses and identity numbers replaced by a label."""
    labels = vocabulary("labels")
    text = _EMAIL.sub(labels["masked_email"], text)
    text = _MOBILE.sub(labels["masked_phone"], text)
    return _IDENTITY.sub(labels["masked_identity"], text)
