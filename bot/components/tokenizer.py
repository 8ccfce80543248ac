"""Splits Vietnamese into syllables for Rasa."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from knowledge.text import fold, normalise, prepare, tokens

# Combining marks belong to the letter before them: text in NFD must not fall apart at every tone.
_SYLLABLE = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")

Span = tuple[int, int]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Gives the syllables of the prepared text (abbreviations written out), each with its place as typed.

    A token's lemma is the syllable without diacritics: featurizers that read lemmas see no difference between
    "học phí" and "hoc phi".
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the options that Rasa's `Tokenizer` requires."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Returns one token a syllable of the `attribute`; `start` and `end` count that text as typed."""
        text = message.get(attribute)
        return [Token(word, start, end, lemma=fold(word)) for word, (start, end) in _placed(text)]


def _placed(text: str) -> Iterator[tuple[str, Span]]:
    typed = [(normalise(match.group()).lower(), match.span()) for match in _SYLLABLE.finditer(text)]
    words = [word for word, _ in typed]
    written_out = tokens(prepare(text))
    if words == written_out:
        yield from typed
        return
    # An expansion ("hp" -> "học phí") covers what was typed in its place.
    for _, start, end, first, last in SequenceMatcher(None, words, written_out, autojunk=False).get_opcodes():
        if last - first == end - start:
            yield from zip(written_out[first:last], (span for _, span in typed[start:end]), strict=True)
        elif typed:
            covered = typed[start:end] or typed[max(start - 1, 0) : max(start, 1)]
            span = (covered[0][1][0], covered[-1][1][1])
            yield from ((word, span) for word in written_out[first:last])
