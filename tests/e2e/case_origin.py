# SPDX-License-Identifier: BSD-2-Clause
"""Where a login comes from: who is not proved to be at this machine is somewhere else."""

import itertools
import os

from e2e import enroll, pam, pamconf, product, programs, seat, softkey, users
from e2e.terminal import Terminal

# Debian's sesman, VNC servers and saslauthd name no host, and give the password to every question.
SILENT = {"xrdp-sesman": {"tty": "xrdp-sesman"}, "tigervnc": {}, "imap": {}, "smtp": {}}
KEY_PROMPT = "YubiKey: Enter, touch; or code:"
SERIALS = itertools.count(7300001)
STACK = "auth required pam_unix.so nodelay\nauth required pam_mfa.so\naccount required pam_mfa.so\n"


def holder():
    """A person with a key in this machine's port that asks for no touch."""
    softkey.fresh()
    taro = users.new()
    softkey.Key(serial=next(SERIALS))
    done = enroll.run("add", taro.name, "yubikey", "--no-touch")
    assert done.returncode == 0, done
    return taro


def offered(**zone):
    return product.config(zone={"factors": "yubikey totp hotp", "yubikey_timeout": "3s",
                                "yubikey_any_session": "yes", **zone})


def from_elsewhere(user, answers, service, items=None):
    """As a service of the system, which is in nobody's session."""
    return pam.call(user, answers, service=service, items=items or {}, preexec_fn=seat.leave)


def test_the_key_in_a_servers_port_says_nothing_about_somebody_elsewhere(case):
    with offered():
        taro = holder()
        with pamconf.written("own", STACK):
            assert pam.call(taro, [taro.password, ""], service="own").code == pam.SUCCESS
            assert from_elsewhere(taro, [taro.password, ""], "own").code == pam.AUTH_ERR
        for service, items in SILENT.items():
            with pamconf.written(service, STACK):
                # Not even one that somebody runs in a session at this machine.
                assert pam.call(taro, [taro.password, ""], service=service, items=items).code == pam.AUTH_ERR, service
                for answers in ([taro.password] * 2, [taro.password, ""]):
                    reply = from_elsewhere(taro, answers, service, items)
                    assert reply.code == pam.AUTH_ERR and reply.prompts[1] == "One-time code: ", (service, reply)


def test_a_zone_for_local_logins_is_not_for_programs_that_name_no_host(case):
    text = product.config_text() + "[zone hall]\nrhosts = local\nmfa = off\n"
    sections = text.split("[zone mynumber]")
    hall = "[zone hall]\nrhosts = local\nmfa = off\n"
    text = sections[0] + hall + "[zone mynumber]" + sections[1].replace(hall, "")
    taro = users.new()
    softkey.fresh()
    with product.written(product.CONFIG, text):
        for service, items in SILENT.items():
            with pam.ignore_succeeds(service):
                reply = from_elsewhere(taro, ["123456"], service, items)
                assert reply.code != pam.SUCCESS and reply.prompts == ["One-time code: "], (service, reply)
        with pam.ignore_succeeds("own"):
            assert pam.call(taro, [], service="own").code == pam.SUCCESS
            assert from_elsewhere(taro, ["123456"], "own").code != pam.SUCCESS
        check = enroll.run("check", "--service", "sshd")
        assert "zone hall" in check.stdout and "at this machine" in check.stdout, check.stdout


def test_a_locker_may_call_this_machine_by_its_name(case):
    """As PAM's manual for applications wants it; a service of the network may not."""
    locker = "auth required pam_mfa.so\naccount required pam_mfa.so\n"
    with offered(), pamconf.written("xsecurelock", locker):
        taro = holder()
        ids = ["setpriv", "--reuid", taro.name, "--regid", str(taro.gid), "--init-groups"]
        for host in ("", "localhost", "127.0.0.1", "::1", ":0", os.uname().nodename):
            reply = pam.call(taro, [""], service="xsecurelock", items={"rhost": host}, wrapper=ids)
            assert reply.code == pam.SUCCESS, (host, reply)
            if host:
                reply = pam.call(taro, [""], service="xsecurelock", items={"rhost": host})
                assert reply.code == pam.AUTH_ERR and "YubiKey" not in reply.prompts[0], (host, reply)
        reply = pam.call(taro, [""], service="xsecurelock", items={"rhost": "192.0.2.7"}, wrapper=ids)
        assert reply.code == pam.AUTH_ERR and "YubiKey" not in reply.prompts[0], reply


def test_su_asks_the_key_in_the_own_session_alone(case):
    """Or somebody else could have it blink, and wait for a touch that is meant for another login."""
    jiro = users.new("jiro")
    with product.config(zone={"factors": "yubikey totp hotp", "yubikey_timeout": "3s"}), pamconf.wired("su", "sudo"):
        taro = holder()
        for caller, prompt in ((jiro, "One-time code:"), (taro, KEY_PROMPT)):
            argv = ["su", taro.name, "-c", programs.PROOF]
            with Terminal(argv, user=caller, before=lambda: seat.take(caller.uid)) as terminal:
                outcome = programs.converse(terminal, taro, [taro.password, ""])
            assert outcome.prompts[1] == prompt and outcome.let_in == (caller is taro), outcome
        # sudo authenticates the one who calls it.
        with Terminal(["sudo", "sh", "-c", programs.PROOF], user=taro, before=lambda: seat.take(taro.uid)) as terminal:
            assert programs.converse(terminal, "root", [taro.password, ""]).let_in
