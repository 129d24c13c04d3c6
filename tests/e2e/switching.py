# SPDX-License-Identifier: BSD-2-Clause
"""Logins that mfa-enroll enable switches over, and all as it was behind the tests of it."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import enroll, product, programs, users
from e2e.checks import exits
from e2e.terminal import PROMPT, Terminal

PAM = Path("/etc/pam.d")
SWITCH = Path("/var/lib/pam_mfa/switch")
DROP_IN = Path("/etc/ssh/sshd_config.d/pam_mfa.conf")
TREES = (PAM, "/var/lib/pam", "/etc/ssh")
ROOT = users.User("root", "right horse of root", 0, 0, Path("/root"))
MFA = "pam_mfa.so"


def forget_login():
    """Who runs the tests has logged in somewhere; what they start is to be in nobody's session, as on a machine."""
    Path("/proc/self/loginuid").write_text("4294967295")


@contextmanager
def ready():
    """root has a password and a token that was tested; afterwards everything is as it was."""
    forget_login()
    subprocess.run(["chpasswd"], input=f"root:{ROOT.password}\n", text=True, check=True)
    users.give(ROOT, ".profile", users.PROFILE)
    token = enroll.give(ROOT, kind="hotp")
    exits(enroll.run("test", "root", stdin=f"{token.next()}\n"), 0)
    before = product.tree(*TREES)
    try:
        yield token
    finally:
        enroll.run("enable", "--roll-back")
        enroll.run("disable", "--yes")
        for entry in enroll.tokens(ROOT):
            enroll.run("remove", "root", entry["token"], "--yes")
    assert product.tree(*TREES) == before


def enable(*options):
    return enroll.run("enable", "--yes", "--no-copy", *options)


def has_mfa(name):
    return MFA in (PAM / name).read_text()


def left_beside():
    return [path for tree in TREES for path in Path(tree).rglob(".*pam_mfa*")]


def in_a_session(token, command):
    """root logs in with both factors, and runs this there; gives the exit status and what was said."""
    with Terminal(["/bin/login"]) as terminal:
        for answer in ("root", ROOT.password, token.next()):
            terminal.expect(PROMPT)
            terminal.send(answer)
        terminal.expect(programs.came_in("root"))
        terminal.send(f"{command}; echo status=$?")
        match = terminal.expect(r"\nstatus=(\d+)", deadline=45)[1]
        terminal.send("exit")
        return int(match[1]), terminal.transcript
