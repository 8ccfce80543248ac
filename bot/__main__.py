"""`python -m bot …` is `python -m rasa …` without the warnings of its old libraries, so that real errors show."""

from __future__ import annotations

import warnings

import sanic  # noqa: F401  (sets a filter of its own on import: ours has to come later)

for category in (DeprecationWarning, PendingDeprecationWarning):
    warnings.filterwarnings("ignore", category=category)

from rasa.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
