# SPDX-License-Identifier: BSD-2-Clause
"""What a case did and saw, kept to be shown when it fails."""

_parts = []


def tell(title, text):
    """Adds one part: what was run, and all that it said."""
    _parts.append((title, text))


def take():
    """Gives the parts told since the last call, as text."""
    text = "".join(f"--- {title}\n{body.rstrip()}\n" for title, body in _parts)
    _parts.clear()
    return text
