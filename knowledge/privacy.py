"""Masks personal contacts: mobile numbers, mailboxes and identity numbers, in what is shown, indexed or stored."""

from __future__ import annotations

import re

from knowledge.vocabulary import vocabulary

# Vietnamese mobile prefixes (03, 05, 07, 08, 09) with nine more digits, spaces, dots or dashes anywhere between.
_MOBILE = re.compile(r"(?<![\d/.-])(?:\+?84|0)[ .-]?[35789](?:[ .-]?\d){8}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Citizen identity cards have twelve digits, the older ones nine: https://thuvienphapluat.vn (Luật Căn cước 2023).
_IDENTITY = re.compile(r"(?<![\d.,/-])\d{3}[ ]?\d{3}[ ]?\d{3}(?:[ ]?\d{3})?(?![\d.,/-])")


def mask_contacts(text: str) -> str:
    """Returns `text` with mobile numbers, e-mail addresses and identity numbers replaced by a label."""
    labels = vocabulary("labels")
    text = _EMAIL.sub(labels["masked_email"], text)
    text = _MOBILE.sub(labels["masked_phone"], text)
    return _IDENTITY.sub(labels["masked_identity"], text)
