#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints a page as it is installed: installed.py SOURCE_ROOT PAGE

There, examples/ is beside docs/; and what only the source has, such as tests/, is named and no link.
"""

import os
import re
import sys
from pathlib import Path

SOURCE_ONLY = re.compile(r"(tests|tools|packaging|CONTRIBUTING\.md)\b")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)([^)\s]*)\)")


def relink(match, folder):
    """A link of a page in this folder of the source."""
    text, target, anchor = match.groups()
    path = os.path.normpath(folder / target)
    if SOURCE_ONLY.match(path):
        return text
    if path.startswith("docs/examples"):
        target = os.path.relpath(path.removeprefix("docs/"), folder)
    return f"[{text}]({target}{anchor})"


def main():
    root, page = map(Path, sys.argv[1:])
    folder = page.resolve().relative_to(root.resolve()).parent
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(LINK.sub(lambda match: relink(match, folder), page.read_text(encoding="utf-8")))


main()
