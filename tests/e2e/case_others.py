# SPDX-License-Identifier: BSD-2-Clause
"""Services that call account without auth: cached sudo, su and runuser by root, cron."""

import subprocess
import time
from pathlib import Path

from e2e import enroll, pam, pamconf, product, programs, users
from e2e.checks import let_in, module_lines, refused
from e2e.entry_points import stranger

ACCOUNT = "account required pam_mfa.so\n@include common-account\n"


def test_cached_sudo_asks_nothing(case):
    taro, token = enroll.person()
    with pamconf.wired("sudo"):
        refused(programs.sudo(taro, [], options=["-n"]), 0)
        let_in(programs.sudo_again(taro, [taro.password, token.next()]))
        refused(programs.sudo_again(taro, [taro.password, token.wrong()]))
    assert len(case.log("result=allowed")) == 1


def test_sudo_from_standard_input_takes_two_lines(case):
    taro, token = enroll.person()
    with pamconf.wired("sudo"):
        let_in(programs.sudo_stdin(taro, [taro.password, token.next()]), 0)
        refused(programs.sudo_stdin(taro, [taro.password, token.last()]), 0)
        refused(programs.sudo_stdin(taro, [taro.password]), 0)


def test_sudo_dash_i_has_a_file_of_its_own(case):
    taro, token = enroll.person()
    with pamconf.wired("sudo-i"):
        let_in(programs.sudo(taro, [taro.password, token.next()], options=["-i"]))
        refused(programs.sudo(taro, [taro.password, token.wrong()], options=["-i"]))
    assert len(case.log(r"pam_mfa\(sudo-i:auth\)")) == 2


def test_su_with_a_login_shell_asks_as_well(case):
    taro, token = enroll.person()
    with pamconf.wired("su"):
        let_in(programs.su(taro, [taro.password, token.next()], stranger(), options=["-l"]))
        refused(programs.su(taro, [taro.password, token.wrong()], stranger(), options=["-l"]))
    assert len(case.log(r"pam_mfa\(su-l:auth\)")) == 2


def test_su_by_root_asks_nothing(case):
    taro, _ = enroll.person()
    hanako = users.new("hanako")
    with pamconf.wired("su"):
        let_in(programs.su(taro, []), 0)
        let_in(programs.su(hanako, []), 0)
    assert not module_lines(case)


def test_a_user_becomes_root_with_roots_code(case):
    taro = users.new()
    root = users.User("root", "right horse root", 0, 0, Path("/root"))
    subprocess.run(["chpasswd"], input=f"root:{root.password}\n", text=True, check=True)
    token = enroll.give(root, "hotp")
    try:
        with pamconf.wired("su"):
            let_in(programs.su(root, [root.password, token.next()], caller=taro))
            refused(programs.su(root, [root.password, token.last()], caller=taro))
            refused(programs.su(root, ["wrong", token.next()], caller=taro))
    finally:
        enroll.run("remove", "root", enroll.tokens(root)[0]["token"], "--yes")


def test_runuser_is_not_broken(case):
    taro, _ = enroll.person()
    text = (pamconf.FOLDER / "runuser").read_text()
    with pamconf.written("runuser", text + ACCOUNT):
        done = subprocess.run(["runuser", "-u", taro.name, "--", "id", "-un"],
                              capture_output=True, text=True, timeout=10)
        # -u alone asks PAM for nothing; with a login shell runuser does.
        shell = subprocess.run(["runuser", taro.name, "-c", "id -un"],
                               capture_output=True, text=True, timeout=10)
    assert done.stdout == shell.stdout == f"{taro.name}\n", (done, shell)
    assert not module_lines(case)


class Cron:
    """A real crond; its jobs at start-up are due at once."""

    def __init__(self, user, proof):
        self._table = Path("/etc/cron.d/e2e")
        self._table.write_text(f"@reboot {user.name} id -un > {proof}\n")

    def __enter__(self):
        Path("/run/crond.reboot").unlink(missing_ok=True)
        self._process = subprocess.Popen(["cron", "-f"], stdin=subprocess.DEVNULL)

    def __exit__(self, *exception):
        self._process.terminate()
        self._process.wait(10)
        self._table.unlink()


def until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.01)


def test_cron_runs_its_jobs(case):
    taro, _ = enroll.person()
    proof = Path("/tmp/cron-ran")
    with pamconf.wired("cron"), Cron(taro, proof):
        until(lambda: proof.exists() and proof.read_text() == f"{taro.name}\n")
    assert not module_lines(case)


def test_a_gate_that_names_cron_would_break_it(case):
    """Shows that the case before this one could fail."""
    taro, _ = enroll.person()
    proof = Path("/tmp/cron-did-not-run")
    with product.config(zone={"gate": "cron"}), pamconf.wired("cron"), Cron(taro, proof):
        until(lambda: case.log(r"pam_mfa\(cron:account\): .*reason=auth-not-passed"))
    assert not proof.exists()


def test_account_without_auth_is_ignored(case):
    taro, _ = enroll.person()
    with pam.ignore_succeeds():
        for user in (taro, users.new(), "root", "nobody-here"):
            reply = pam.call(user, (), ("acct_mgmt",))
            assert reply.codes["acct_mgmt"] == pam.SUCCESS, reply
    assert not module_lines(case)


def test_the_other_calls_are_ignored(case):
    taro, _ = enroll.person()
    lines = "".join(
        f"{phase} [ignore=1 default=bad] pam_mfa.so\n{phase} required pam_deny.so\n"
        f"{phase} required pam_permit.so\n" for phase in ("auth", "session", "password")
    )
    with pamconf.written(pam.SERVICE, lines):
        for name in ("setcred", "open_session", "close_session", "chauthtok"):
            reply = pam.call(taro, (), (name,))
            assert reply.codes[name] == pam.SUCCESS, (name, reply)


def test_a_zone_that_is_off_in_writing_is_ignored(case):
    taro = users.new()
    text = product.config_text().replace(
        "[zone mynumber]", f"[zone none]\nmfa = off\nservices = {pam.SERVICE}\n[zone mynumber]")
    with product.written(product.CONFIG, text), pam.ignore_succeeds():
        reply = pam.call(taro)
        assert reply.code == pam.SUCCESS and not reply.prompts, reply
        assert case.log("result=exempt reason=zone-off zone=none")
        with pam.module_alone("zone=mynumber"):
            assert pam.call(taro, ["123456"]).code == pam.AUTH_ERR
