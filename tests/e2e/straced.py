# SPDX-License-Identifier: BSD-2-Clause
"""strace around a program. It is in a session of its own, since login hangs up its terminal and all
that are on it, so it may still write when the program has ended."""

import re

from e2e.checks import soon


def command(path, calls):
    """What goes before the program's own words; the calls are written to path."""
    path.unlink(missing_ok=True)
    return ["strace", "-DDD", "-f", "-q", "-y", "-o", str(path), "-e", f"trace={calls}"]


def _has_ended(path):
    text = path.read_text() if path.exists() else ""
    pid = text.split(" ", 1)[0]
    return re.search(rf"(?m)^{pid} +\+\+\+ (exited|killed)", text)


def text(path):
    """All that was written, when the program's end is there as well."""
    soon(lambda: _has_ended(path))
    return path.read_text()
