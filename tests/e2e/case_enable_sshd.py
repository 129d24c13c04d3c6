# SPDX-License-Identifier: BSD-2-Clause
"""enable does not begin where sshd would let nobody in, or could not be told."""

import re
from pathlib import Path

from e2e import enroll, product
from e2e.checks import exits
from e2e.switching import DROP_IN, SWITCH, TREES, enable, has_mfa, ready

CONFIG = Path("/etc/ssh/sshd_config")
FOLDER = Path("/etc/ssh/sshd_config.d")
INCLUDE = f"Include {FOLDER}/*.conf\n"


def is_refused(pattern, *options):
    """Before anything is changed, also in a dry run."""
    with product.unchanged(*TREES):
        for words in (["--dry-run"], []):
            exits(enable(*words, *options), 1, pattern)
        assert not (SWITCH / "trying").exists()


def test_a_line_that_is_read_before_is_named(case):
    with ready():
        with product.written(FOLDER / "01-local.conf", "# hardened\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"):
            is_refused(r"sshd would let nobody in: /etc/ssh/sshd_config.d/01-local.conf:3 says KbdInteractiveAuthentication no, "
                       r"and is read before /etc/ssh/sshd_config.d/pam_mfa.conf: take that line out")
            exits(enable("--dry-run", "--only", "login"), 0)
        # a line behind it does not count
        with product.written(FOLDER / "zz.conf", "KbdInteractiveAuthentication no\n"):
            exits(enable("--dry-run"), 0)


def test_methods_that_ask_for_no_code_are_named(case):
    """The gate refuses a key alone: nobody would be left."""
    with ready(), product.written(FOLDER / "01-local.conf", "AuthenticationMethods publickey\n"):
        is_refused(r"01-local.conf:1: AuthenticationMethods publickey: .*so nobody gets in over ssh")


def test_where_the_drop_in_would_come_too_late(case):
    """Or would never be read."""
    config = CONFIG.read_text()
    assert INCLUDE in config and "\nKbdInteractiveAuthentication no\n" in config
    with ready():
        number = config.split("\n").index("KbdInteractiveAuthentication no")
        with product.written(CONFIG, config.replace(INCLUDE, "") + INCLUDE):
            is_refused(rf"/etc/ssh/sshd_config:{number} says KbdInteractiveAuthentication no, and is read before")
        with product.written(CONFIG, config.replace(INCLUDE, "")):
            is_refused(r"sshd would not read \S+pam_mfa.conf: have /etc/ssh/sshd_config begin with the line: Include "
                       r"/etc/ssh/sshd_config.d/\*.conf")


def test_a_drop_in_of_somebody_else_is_judged(case):
    with ready():
        with product.written(DROP_IN, "KbdInteractiveAuthentication no\n"):
            is_refused(r"/etc/ssh/sshd_config.d/pam_mfa.conf:1 says KbdInteractiveAuthentication no: take that line out")
        with product.written(DROP_IN, "KbdInteractiveAuthentication yes\n"):
            exits(enable(), 0)
            assert has_mfa("common-auth")
            exits(enroll.run("enable", "--roll-back"), 0)


def test_without_pam_sshd_is_refused_with_its_line(case):
    with ready(), product.written(FOLDER / "01-local.conf", "UsePAM no\n"):
        is_refused(r"/etc/ssh/sshd_config.d/01-local.conf:1: UsePAM no: sshd lets in without asking PAM")


def test_a_configuration_that_sshd_refuses_is_not_touched(case):
    """With sshd's own words, and no advice that would end sshd."""
    with ready(), product.written(FOLDER / "99-local.conf", "Bogus yes\n"):
        is_refused(r"sshd -t refuses the configuration that is there: .*99-local.conf: line 1: Bad configuration option: "
                   r"Bogus\. Correct it; do not restart sshd before")
        done = enable("--dry-run")
        assert not re.search(r"[^t] restart", done.stderr), done.stderr
