# SPDX-License-Identifier: BSD-2-Clause
"""Whom wrong codes lock out: where they came from, and not the account."""

import re
import subprocess

from e2e import audit, enroll, pam, pamconf, product, programs, seat, ssh, users
from e2e.case_clock import alone, check
from e2e.checks import exits, let_in, module_lines, refused
from e2e.terminal import Terminal
from e2e.entry_points import LOGIN, SSHD, SU, lets_in, refuses, stranger


def test_a_stranger_locks_nobody_out(case):
    """By su, which asks for the code after any password."""
    taro, token = enroll.person(kind="hotp")
    hanako = users.new("hanako")
    with product.config(zone={"max_failures": 2}), pamconf.wired("su", "login", "sshd"), ssh.Server():
        for _ in range(2):
            refused(SU.attempt(taro, ["no idea", token.wrong()]))
        refuses(SU, case, taro, ["no idea", token.wrong()], "locked")
        assert f'detail="user id {stranger().uid} is locked until ' in module_lines(case)[-1]
        lets_in(LOGIN, taro, [taro.password, token.next()])
        lets_in(SSHD, taro, [taro.password, token.next()])
        let_in(programs.su(taro, [taro.password, token.next()], caller=hanako))
        refuses(SU, case, taro, [taro.password, token.next()], "locked")


def test_terminals_of_a_user_are_one_source(case):
    taro, token = enroll.person(kind="hotp")
    inner = ["su", taro.name, "-c", "true"]
    with product.config(zone={"max_failures": 2}), SU.open():
        refused(SU.attempt(taro, [taro.password, token.wrong()]))
        with Terminal(["script", "-qec", " ".join(inner), "/dev/null"], user=stranger()) as terminal:
            programs.converse(terminal, taro, [taro.password, token.wrong()])
        refuses(SU, case, taro, [taro.password, token.next()], "locked")


def test_all_addresses_of_this_host_are_one_source(case):
    """Anybody here can come from each of them."""
    own = ["10.9.9.1", "10.9.9.2", "fd00:1::1"]
    for address in own:
        subprocess.run(["ip", "addr", "add", address, "dev", "lo"], check=True)
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 2}), pamconf.wired("sshd"):
        with ssh.Server("\n".join(f"ListenAddress {address}" for address in own)):
            for address in ("127.0.0.1", "10.9.9.1"):
                refused(ssh.login(taro, [taro.password, token.wrong()], address=address))
            for address in own:
                refused(ssh.login(taro, [taro.password, token.next()], address=address))
                assert 'detail="host 127.0.0.0/8 is locked until ' in module_lines(case)[-1], module_lines(case)[-1]


def at_a_hundred(taro, token):
    with product.config(zone={"max_failures": 100}), pam.module_alone():
        pam.call(taro, [token.wrong()] * 100, calls=["authenticate"] * 100)


def at_this_machine(caller, user, answers):
    """su in a session of the caller's at a seat."""
    argv = ["su", user.name, "-c", programs.PROOF]
    with Terminal(argv, user=caller, before=lambda: seat.take(caller.uid)) as terminal:
        outcome = programs.converse(terminal, user, answers)
        outcome.status = terminal.wait()
        return outcome


def test_at_a_hundred_only_this_machine_is_judged(case):
    taro, token = enroll.person(kind="hotp")
    hanako = users.new("hanako")
    at_a_hundred(taro, token)
    with pamconf.wired("su", "sshd"), ssh.Server():
        refuses(SSHD, case, taro, [taro.password, token.next()], "locked")
        assert 'detail="100 wrong codes in a row: locked but at this machine' in module_lines(case)[-1]
        refuses(SU, case, taro, [taro.password, token.last()], "locked")
        # One who wastes the own turn wastes nobody else's.
        for code, reason in ((token.wrong(), "code-wrong"), (token.last(), "locked")):
            refused(at_this_machine(stranger(), taro, [taro.password, code]))
            assert f"reason={reason} " in module_lines(case)[-1], module_lines(case)[-1]
        let_in(at_this_machine(hanako, taro, [taro.password, token.last()]))
        lets_in(SSHD, taro, [taro.password, token.next()])


def test_the_administrator_sees_a_hundred_and_ends_it(case):
    alone()
    taro, token = enroll.person(kind="hotp")
    at_a_hundred(taro, token)
    facts = enroll.facts(taro)
    assert (facts["failures"], facts["local_only"], facts["locked"]) == (100, True, False), facts
    assert "Locked: everywhere but at this machine" in enroll.run("show", taro.name).stdout
    assert enroll.run("list", taro.name).stdout.split()[-1] == "remote"
    assert f"1 ({taro.name})" in check()["locked"] and f"mfa-enroll unlock {taro.name}" in check()["locked"]
    exits(enroll.run("unlock", taro.name), 0, "logins from elsewhere, after 100 wrong codes")
    assert re.match("the ceiling of 100; (\\d+ sources?; )?after 100 failures$", audit.last()["detail"]), audit.last()
    facts = enroll.facts(taro)
    assert (facts["failures"], facts["local_only"], facts["sources_locked"]) == (0, False, 0), facts
    assert "locked" not in check()
