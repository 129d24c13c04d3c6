#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that every translation is whole: check.py SOURCE_ROOT MSGFMT XGETTEXT [ARGUMENT]...

Fails when a source file with translatable text is not in POTFILES, when a text has no
translation, or when a translation is fuzzy, malformed or of a text that is gone.
"""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCES = ("lib", "pam_module", "tools")
MARKED = re.compile(r'\b(?:MFA_N_|TR|TR_N|mfa_text|mfa_text_n)\((?:[^;{]*,\s*)?"')


def complain(text):
    print(f"po: {text}")
    return 1


def words(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def check_potfiles(root):
    listed = words(root / "po" / "POTFILES")
    failures = 0
    for name in listed:
        if not (root / name).exists():
            failures += complain(f"POTFILES: there is no {name}")
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.[ch]")):
            name = str(path.relative_to(root))
            if name not in listed and MARKED.search(path.read_text(encoding="utf-8")):
                failures += complain(f"{name} has text to translate; add it to POTFILES")
    return failures


def entries(path):
    """The texts of a catalogue: text -> (is translated, is fuzzy)."""
    found = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        if re.search(r"^#~", block, re.M):
            found["an obsolete entry"] = (False, True)
            continue
        match = re.search(r"^msgid (.*?)^msgstr(?:\[0\])? (.*)", block, re.M | re.S)
        if match is None:
            continue
        # of a text for a number the plural is a part of its name
        text, translation = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)) for part in match.groups())
        if text:
            found[text] = (translation != "", re.search(r"^#,.*\bfuzzy\b", block, re.M) is not None)
    return found


def check_language(po, wanted, msgfmt):
    failures = 0
    if subprocess.run([msgfmt, "--check", "--statistics", "--output-file=/dev/null", po]).returncode != 0:
        failures += complain(f"{po.name}: msgfmt --check failed")
    have = entries(po)
    for text in wanted:
        if text not in have:
            failures += complain(f'{po.name}: no entry for "{text}"')
    for text, (is_translated, is_fuzzy) in have.items():
        if text not in wanted:
            failures += complain(f'{po.name}: no source has "{text}" any more')
        if not is_translated or is_fuzzy:
            failures += complain(f'{po.name}: not translated, or fuzzy: "{text}"')
    return failures


def main():
    root, msgfmt, xgettext = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    po = root / "po"
    failures = check_potfiles(root)
    with TemporaryDirectory() as folder:
        pot = Path(folder) / "texts.pot"
        subprocess.run(
            [xgettext, f"--directory={root}", f"--files-from={po / 'POTFILES'}", f"--output={pot}", *sys.argv[4:]],
            check=True,
        )
        wanted = entries(pot)
    for language in words(po / "LINGUAS"):
        failures += check_language(po / f"{language}.po", wanted, msgfmt)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
