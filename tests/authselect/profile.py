# SPDX-License-Identifier: BSD-2-Clause
"""Our profile of authselect: expanded as authselect-profiles(5) describes it, and services as RHEL has them."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "packaging/authselect/mfa"
FEATURES = ("with-mfa", "with-sssd", "with-faillock", "with-mkhomedir")


def is_true(expression, features):
    """Of names in quotes, and, or, not, and parentheses."""
    words = re.findall(r'"[a-z0-9-]+"|[a-z]+|[()]', expression)
    assert "".join(words) == re.sub(r"\s", "", expression), expression
    known = {"and", "or", "not", "(", ")"}
    assert all(word in known or word.strip('"') in FEATURES for word in words), expression
    return eval(" ".join(str(word.strip('"') in features) if word[0] == '"' else word for word in words), {})


def expand_line(line, features):
    """None if the line is left out."""
    def choose(match):
        yes, _, no = match[2].partition("|")
        return yes if is_true(match[1], features) else no

    for match in re.finditer(r"\{(include|exclude) if ([^}:]*)\}", line):
        if is_true(match[2], features) != (match[1] == "include"):
            return None
    line = re.sub(r"\{(?:include|exclude) if [^}:]*\}", "", line)
    line = re.sub(r"\{if ([^}:]*):([^}]*)\}", choose, line)
    assert "{" not in line, line
    return line.rstrip()


def expand(text, features):
    lines = [expand_line(line, features) for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if line is not None)


def service_file(kind, stack):
    lines = [f"{phase} {kind} {stack}" for phase in ("auth", "account", "password", "session")]
    return "\n".join(["auth required pam_env.so", *lines[:1], "account required pam_nologin.so", *lines[1:],
                      "session include postlogin", ""])
