# SPDX-License-Identifier: BSD-2-Clause
"""Debian's pam-auth-update with the profile that the build installs, alone and beside those of
other packages."""

import json
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from e2e import authd, enroll, pamconf, product, programs, ssh, users
from e2e.checks import let_in, refused
from e2e.entry_points import stranger

LAYER = "profiles"

CONFIGS = Path("/usr/share/pam-configs")
SHELF = Path(tempfile.mkdtemp(prefix="profiles-"))
SCRIPTS = Path("/usr/share/libpam-script")
ASKS = Path("/etc/ssh/sshd_config.d/pam_mfa.conf")

# The layer has these packages; a case installs what it needs of their profiles.
PACKAGES = {
    "libpam-sss": ["sss"],
    "libpam-ldapd": ["ldap"],
    "libpam-krb5": ["krb5"],
    "libpam-winbind": ["winbind"],
    "libpam-fprintd": ["fprintd"],
    "libpam-ccreds": ["ccreds-check", "ccreds-save"],
    "libpam-script": ["pam_script"],
}

# What the profile was before its account line came first.
BEFORE = """Name: One-time password after the password (pam_mfa)
Default: no
Priority: 0
Auth-Type: Additional
Auth:
\trequired\tpam_mfa.so
Account-Type: Additional
Account:
\trequired\tpam_mfa.so
"""


def update(*arguments):
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["pam-auth-update", *arguments], check=True, stdin=subprocess.DEVNULL, env=environment)


def shelve():
    """The host has Debian's own profiles alone."""
    others = [name for group in PACKAGES.values() for name in group] + ["pwquality"]
    names = [name for name in others if (CONFIGS / name).exists()]
    for name in names:
        shutil.move(CONFIGS / name, SHELF / name)
    if names:
        update("--package", "--remove", *names)


@contextmanager
def package(name):
    """The package's profiles are installed within the block, as its scripts do it."""
    for profile in PACKAGES[name]:
        shutil.copy(SHELF / profile, CONFIGS / profile)
    update("--package")
    if name == "libpam-fprintd":  # off until somebody chooses it
        update("--enable", "fprintd")
    try:
        yield
    finally:
        update("--package", "--remove", *PACKAGES[name])
        for profile in PACKAGES[name]:
            (CONFIGS / profile).unlink()


@contextmanager
def enabled():
    """common-auth and common-account have the profile's lines within the block."""
    kept = [pamconf.FOLDER / name for name in ("common-auth", "common-account")]
    before = [path.read_text() for path in kept]
    update("--enable", "mfa")
    try:
        # Only so that refusals do not take seconds.
        kept[0].write_text(re.sub(r"(pam_unix\.so nullok)", r"\1 nodelay", kept[0].read_text()))
        yield
    finally:
        kept[0].write_text(kept[0].read_text().replace(" nodelay", ""))
        update("--disable", "mfa")
        assert [path.read_text() for path in kept] == before


def account_lines():
    """The modules of common-account, in their order."""
    text = (pamconf.FOLDER / "common-account").read_text()
    return re.findall(r"(?m)^account\s+(?:\[.*?\]|\w+)\s+(\S+)", text)


def proved(service):
    """check has nothing against the service, and calls its gate closed. Debian's sshd asks no
    questions, which locks everybody out: README has it ask, as the tests' own sshd does."""
    with product.written(ASKS, "KbdInteractiveAuthentication yes\n"):
        done = enroll.run("check", "--service", service, "--json")
    (found,) = json.loads(done.stdout)["services"]
    return done.returncode == 0 and (found["result"], found["gate"]) == ("proved", True)


def expire(user):
    subprocess.run(["chage", "-d", "0", user.name], check=True)


def refused_by_the_gate(case, user, key):
    """The key alone is refused, and it is the gate that does it."""
    lines = len(case.log("reason=auth-not-passed"))
    refused(ssh.login(user, [], "publickey", key), 0)
    assert len(case.log("reason=auth-not-passed")) == lines + 1


def test_the_profile_asks_for_the_code_after_a_right_password(case):
    shelve()
    taro, token = enroll.person(kind="hotp")
    hanako = users.new("hanako")
    login = (pamconf.FOLDER / "login").read_text()
    with enabled(), pamconf.written("login", re.sub(r"(?m)^auth.*pam_faildelay.*\n", "", login)):
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


def test_an_expired_password_is_changed_after_the_code(case):
    shelve()
    taro, token = enroll.person(kind="hotp")
    expire(taro)
    new = "a left horse"
    with enabled():
        # The code is asked for once.
        let_in(programs.login(taro, [taro.password, token.next(), taro.password, new, new]), 5)
        let_in(programs.login(taro, [new, token.next()]))


def test_the_profile_is_off_until_it_is_enabled(case):
    shelve()
    update("--package")
    assert "pam_mfa" not in (pamconf.FOLDER / "common-auth").read_text()


def beside(case, order_of):
    """A key alone is refused, and password and code are let in, beside each package."""
    shelve()
    taro, token = enroll.person(kind="hotp")
    hanako, _ = enroll.person("hanako")
    keys = {user: ssh.authorize(user) for user in (taro, hanako)}
    expire(hanako)
    with ssh.Server():
        for name in PACKAGES:
            authd.restart()  # refusals that repeat would be told of together
            first, second = order_of(name)
            with first, second:
                assert account_lines()[0] == "pam_mfa.so", account_lines()
                assert proved("sshd"), name
                for user, key in keys.items():
                    refused_by_the_gate(case, user, key)
                let_in(ssh.login(taro, [taro.password, token.next()]))


def test_a_key_alone_is_refused_beside_packages_that_come_later(case):
    beside(case, lambda name: (enabled(), package(name)))


def test_a_key_alone_is_refused_beside_packages_that_were_there(case):
    beside(case, lambda name: (package(name), enabled()))


def test_a_script_that_lets_accounts_pass_opens_no_gate(case):
    shelve()
    taro, token = enroll.person(kind="hotp")
    key = ssh.authorize(taro)
    with package("libpam-script"), enabled(), ssh.Server(), scripts("pam_script_acct"):
        assert proved("sshd")
        refused_by_the_gate(case, taro, key)
        refused(ssh.login(taro, [taro.password, token.wrong()]))
        let_in(ssh.login(taro, [taro.password, token.next()]))
    # One that answers for the password is a way around where no gate is, and is named.
    with package("libpam-script"), enabled(), ssh.Server(), scripts("pam_script_auth"):
        assert not proved("sshd")
        refused(ssh.login(taro, ["wrong"]), 1)
        let_in(programs.login(taro, ["wrong"]), 1)


@contextmanager
def scripts(*names):
    """pam_script has these scripts, which allow everything, within the block."""
    SCRIPTS.mkdir(exist_ok=True)
    for name in names:
        (SCRIPTS / name).write_text("#!/bin/sh\nexit 0\n")
        (SCRIPTS / name).chmod(0o755)
    try:
        yield
    finally:
        for name in names:
            (SCRIPTS / name).unlink()


def test_a_host_that_had_the_profile_gets_the_gate_by_one_command(case):
    shelve()
    taro, token = enroll.person(kind="hotp")
    key = ssh.authorize(taro)
    profile = CONFIGS / "mfa"
    now = profile.read_text()
    with package("libpam-sss"), ssh.Server():
        profile.write_text(BEFORE)
        update("--enable", "mfa")
        account = pamconf.FOLDER / "common-account"
        account.write_text(account.read_text().replace("pam_mfa.so", "pam_mfa.so debug"))
        profile.write_text(now)
        try:
            assert not proved("sshd")
            let_in(ssh.login(taro, [], "publickey", key), 0)
            update("--enable", "mfa")  # as README says
            assert account_lines().index("pam_mfa.so") == 0 and account_lines().count("pam_mfa.so") == 1
            assert "pam_mfa.so debug\n" in account.read_text().replace(" \n", "\n")
            assert proved("sshd")
            refused_by_the_gate(case, taro, key)
            let_in(ssh.login(taro, [taro.password, token.next()]))
        finally:
            update("--disable", "mfa")
