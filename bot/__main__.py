"""`python -m bot …` is `python -m rasa …` without its old libraries' warnings, so that real errors show."""

from __future__ import annotations

import warnings

# These set filters of their own on import: ours have to come later.
import pyparsing  # type: ignore[import-not-found]  # noqa: F401
import sanic  # noqa: F401

for category in (DeprecationWarning, PendingDeprecationWarning):
    warnings.filterwarnings("ignore", category=category)

from rasa.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
