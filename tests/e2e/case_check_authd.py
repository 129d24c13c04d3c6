# SPDX-License-Identifier: BSD-2-Clause
"""What mfa-enroll check says of mfa-authd."""

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import authd, enroll, product, users

FINDINGS = {"authd-down", "authd-config", "authd-version", "authd-trouble", "authd-disabled", "authd-mode",
            "authd-stale", "no-root"}


def found():
    """The findings about the service, by their names, with their texts."""
    said = json.loads(enroll.run("check", "--json").stdout)
    return {finding["id"]: finding["text"] for finding in said["findings"] if finding["id"] in FINDINGS}


def test_a_service_that_works_is_not_told_of(case):
    assert not set(found()) - {"no-root"}


def test_one_that_does_not_run_is(case):
    with authd.stopped():
        assert "mfa-authd --listen" in found()["authd-down"]
    assert "authd-down" not in found()


def test_so_is_one_that_reads_another_configuration(case):
    other = product.CONFIG.with_name("other.conf")
    with product.written(other, product.CONFIG.read_text()):
        authd.stop()
        authd.start(f"--conf={other}")
        try:
            assert str(other) in found()["authd-config"]
        finally:
            authd.restart()
    assert "authd-config" not in found()


def test_and_one_that_refuses_everybody(case):
    with product.kept(product.KEY) as key:
        key.chmod(0o666)
        assert "store.key" in found()["authd-trouble"]
    assert "authd-trouble" not in found()


def test_and_one_that_users_cannot_reach(case):
    folder = authd.SOCKET.parent
    folder.chmod(0o700)
    try:
        assert "chmod 0711 /run/pam_mfa" in found()["authd-mode"]
    finally:
        folder.chmod(0o711)


def test_a_second_service_does_not_take_the_place_of_the_first(case):
    done = subprocess.run([authd.PROGRAM, "--listen"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 1 and "listens there already" in done.stderr, done
    assert not set(found()) - {"no-root"}


def test_root_without_an_authenticator_could_not_start_it(case):
    hanako, _ = enroll.person("hanako")
    subprocess.run(["usermod", "-aG", "sudo", hanako.name], check=True)
    assert "root" in found()["no-root"]
    subprocess.run(["chpasswd"], input="root:right horse\n", text=True, check=True)
    assert "for want of a password or of an active authenticator" in found()["no-root"]
    enroll.give(users.User("root", "", 0, 0, Path("/root")), "totp")
    assert "this machine has no /dev/tty1" in found()["no-root"]


SSHD_CONFIG = Path("/etc/ssh/sshd_config")
SECURETTY = Path("/etc/securetty")
LOGIN = Path("/etc/pam.d/login")


@contextmanager
def console(path):
    """There is none in this root."""
    path.touch()
    try:
        yield
    finally:
        path.unlink()


def test_root_must_get_in_somewhere_without_it(case):
    """On a text or serial console, or over ssh with a password. Else sudo on a text console is left."""
    subprocess.run(["chpasswd"], input="root:right horse\n", text=True, check=True)
    enroll.give(users.User("root", "", 0, 0, Path("/root")), "totp")
    assert "nobody can start it" in found()["no-root"]
    for setting in ("yes", "no", "prohibit-password"):
        with product.written(SSHD_CONFIG, f"PermitRootLogin {setting}\n" + SSHD_CONFIG.read_text()):
            assert ("no-root" in found()) == (setting != "yes"), setting
    block = "\nMatch Address 192.0.2.0/24\n    PermitRootLogin yes\n"
    with product.written(SSHD_CONFIG, SSHD_CONFIG.read_text() + block):
        assert "no-root" not in found()
    for name in ("ttyS0", "tty1"):
        with console(Path("/dev", name)):
            assert "no-root" not in found()
    with console(Path("/dev/tty1")), product.written(LOGIN, "auth required pam_securetty.so\n" + LOGIN.read_text()):
        assert "no-root" not in found()
        with product.written(SECURETTY, "# nowhere\n"):
            assert "name tty1 in /etc/securetty" in found()["no-root"]
            assert "only by sudo on a text console" in found()["no-root"]
        with product.written(SECURETTY, "tty1\n"):
            assert "no-root" not in found()
