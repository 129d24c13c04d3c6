# SPDX-License-Identifier: BSD-2-Clause
"""The files of authselect's profile, as libpam itself reads them; the modules are Debian's."""

from pathlib import Path

from authselect import profile
from e2e import enroll, programs

FOLDER = Path("/etc/pam.d")
NAMES = ("system-auth", "password-auth", "postlogin")


def select(*features):
    """As `authselect select mfa FEATURE...`, and login(1) as RHEL has it."""
    for name in NAMES:
        (FOLDER / name).write_text(profile.expand((profile.FOLDER / name).read_text(), features))
    (FOLDER / "login").write_text(profile.service_file("substack", "system-auth"))


def asks_for_both(*features):
    select(*features)
    taro, token = enroll.person()
    assert programs.login(taro, [taro.password, token.next()]).let_in
    assert not programs.login(taro, [taro.password, token.wrong()]).let_in
    assert not programs.login(taro, ["wrong", token.next()]).let_in


def test_with_mfa_both_are_asked_for(case):
    asks_for_both("with-mfa")


def test_with_faillock_too(case):
    asks_for_both("with-mfa", "with-faillock")


def test_without_mfa_the_password_is_enough(case):
    select()
    taro, _ = enroll.person()
    assert programs.login(taro, [taro.password]).let_in
    assert not programs.login(taro, ["wrong"]).let_in
