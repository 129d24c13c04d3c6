"""Debian's pam-auth-update with the profile that the build installs."""

import re
import subprocess
from contextlib import contextmanager

from e2e import enroll, pamconf, programs, users
from e2e.checks import let_in, refused
from e2e.ways import stranger


@contextmanager
def profile():
    """common-auth and common-account have the profile's lines within the block."""
    kept = [pamconf.FOLDER / name for name in ("common-auth", "common-account")]
    before = [path.read_text() for path in kept]
    update("--enable", "mfa")
    try:
        # Only so that refusals do not take seconds.
        kept[0].write_text(re.sub(r"(pam_unix\.so nullok)", r"\1 nodelay", kept[0].read_text()))
        yield kept
    finally:
        kept[0].write_text(kept[0].read_text().replace(" nodelay", ""))
        update("--disable", "mfa")
        assert [path.read_text() for path in kept] == before


def update(*arguments):
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["pam-auth-update", *arguments], check=True, stdin=subprocess.DEVNULL, env=environment)


def test_the_profile_asks_for_the_code_after_a_right_password(case):
    taro, token = enroll.person(kind="hotp")
    hanako = users.new("hanako")
    login = (pamconf.FOLDER / "login").read_text()
    with profile(), pamconf.written("login", re.sub(r"(?m)^auth.*pam_faildelay.*\n", "", login)):
        let_in(programs.login(taro, [taro.password, token.next()]))
        refused(programs.login(taro, [taro.password, token.wrong()]))
        refused(programs.login(taro, [taro.password, token.last()]))
        refused(programs.login(taro, ["wrong"]), 1)
        refused(programs.login(hanako, [hanako.password, "123456"]))
        let_in(programs.su(taro, [taro.password, token.next()], caller=stranger()))
        let_in(programs.sudo_again(taro, [taro.password, token.next()]))
        refused(programs.sudo(taro, [taro.password, token.last()]))
        # Root goes on without.
        let_in(programs.su(taro, []), 0)


def test_the_profile_is_off_until_it_is_enabled(case):
    taro, token = enroll.person()
    update("--package")
    assert "pam_mfa" not in (pamconf.FOLDER / "common-auth").read_text()
