"""`python -m bot …` is `python -m rasa …` without its old libraries' warnings, so that real errors show."""

from __future__ import annotations

import warnings

# Sets a filter of its own on import: ours have to come later.
import sanic  # noqa: F401

for category in (DeprecationWarning, PendingDeprecationWarning):
    warnings.filterwarnings("ignore", category=category)

# Warns on import, of a kind that Rasa shows: it is imported before Rasa says so.
import matplotlib  # type: ignore[import-not-found]  # noqa: E402, F401
from rasa.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
