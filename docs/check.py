#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that the man pages name what the sources have: check.py SOURCE_ROOT

Every key of mfa.conf, every subcommand and option of mfa-enroll, every argument of the module,
every reason, and every PAM code that the module returns. And that the pages of docs to which the
READMEs send people are installed with them.
"""

import re
import sys
from pathlib import Path

# page, source files, pattern of a name in them, how the page has it
RULES = (
    ("mfa.conf.5", "lib/config/config_keys.c", r'^\t\{ "(\w+)", [A-Z_]+,', r"^\*{}\* ="),
    ("mfa-enroll.8", "tools/mfa-enroll/**/*.c", r'^\t\.name = "(\w+)"', r"^\*(?:\w+\* _USER_ _TOKEN_, \*)?{}\*"),
    ("mfa-enroll.8", "tools/mfa-enroll/**/*.c", r'^\t(?:\[\w+\] = )?\{ "([a-z-]+)", (?:NULL|")', r"^\t?\*--{}\*"),
    ("mfa-enroll.8", "tools/mfa-enroll/cli/*.c", r'^\t(?:\[\w+\] = )?\{ "([a-z-]+)", \w+_argument', r"^\t?\*--{}\*"),
    ("mfa-enroll.8", "tools/mfa-enroll/cli/app.h", r"^\tEXIT_\w+ = (\d)", r"^\*{}\*$"),
    ("pam_mfa.8", "lib/config/arguments.c", r'\(word, "(\w+)=?"\)', r"^\*{}(?:=\*_\w+_|\*)$"),
    ("pam_mfa.8", "lib/login/reason.c", r'^\t\[MFA_REASON_(?!NONE)\w+\] = \{ (?:\.name = )?"([a-z-]+)"', r"\b{}\b"),
    ("pam_mfa.8", "lib/login/verdict.c", r'^\t\treturn "([a-z-]+)"', r"\b{}\b"),
    ("pam_mfa.8", "pam_module/[!l]*.c", r"return (PAM_[A-Z_]+);", r"\b{}\b"),
)


def check_installed(root):
    """Gives the number of pages that an installed README links to in vain."""
    installed = re.findall(r"'([\w.-]+\.md)'", (root / "docs" / "meson.build").read_text(encoding="utf-8"))
    linked = {page for readme in root.glob("README*.md")
              for page in re.findall(r"\]\(docs/([\w.-]+\.md)", readme.read_text(encoding="utf-8"))}
    missing = sorted(linked - set(installed))
    for page in missing:
        print(f"docs: README links to docs/{page}, which meson.build does not install")
    return len(missing)


def main():
    root = Path(sys.argv[1])
    failures = check_installed(root)
    for page, sources, pattern, form in RULES:
        text = (root / "docs" / "man" / f"{page}.scd").read_text(encoding="utf-8")
        names = {
            name
            for path in root.glob(sources)
            for name in re.findall(pattern, path.read_text(encoding="utf-8"), re.M)
        }
        if not names:
            print(f"docs: {sources}: no names found: has its form changed?")
            failures += 1
        for name in sorted(names):
            if not re.search(form.format(re.escape(name)), text, re.M):
                print(f"docs: {page}.scd does not name {name} ({sources})")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
