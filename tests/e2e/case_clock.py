# SPDX-License-Identifier: BSD-2-Clause
"""Clocks that run away, were hours or years ahead, and are set right again."""

import json
import signal
import subprocess

from e2e import audit, clock, enroll, pam, product
from e2e.checks import exits, module_lines
from e2e.terminal import PROMPT, Terminal
from e2e.entry_points import SU, lets_in, refuses

HOURS, DAY, YEARS = 9 * 3600, 86400, 36 * 365 * 86400


def code_in(token, seconds):
    """What the authenticator shows so many seconds from now."""
    token.settle(6)
    return token.at(token.step() + seconds // token.period)


def alone():
    """Nobody of the cases before has a record any more."""
    for path in product.USERS.glob("[!.]*"):
        path.unlink()


def check():
    """The findings of mfa-enroll check by their stable words."""
    done = enroll.run("check", "--json")
    return {found["id"]: found["text"] for found in json.loads(done.stdout)["findings"]}


def test_a_clock_that_ran_away_and_is_set_right_keeps_nobody_out(case):
    taro, token = enroll.person()
    with SU.open():
        for day in range(6):
            with clock.off_by(day * DAY + day * 25):
                lets_in(SU, taro, [taro.password, code_in(token, day * DAY)])
        (entry,) = enroll.tokens(taro)
        assert entry["clock_ahead"] <= -90, entry
        with clock.off_by(6 * DAY):
            lets_in(SU, taro, [taro.password, code_in(token, 6 * DAY)])
        (entry,) = enroll.tokens(taro)
        assert abs(entry["clock_ahead"]) <= 30, entry


def test_a_clock_that_runs_away_is_named(case):
    alone()
    people = [enroll.person() for _ in range(3)]
    with pam.module_alone():
        for step in range(1, 10):
            for taro, token in people:
                with clock.off_by(step * (DAY + 30)):
                    assert pam.call(taro, [code_in(token, step * DAY)]).code == pam.SUCCESS
    text = enroll.run("show", people[0][0].name).stdout
    assert "Clock: -2" in text and "followed up to 300 s (nearly reached)" in text
    found = check()
    assert "nearly as far apart" in found["tokens-drift"], found
    assert "is ahead, by about 2" in found["clock-off"], found


def test_a_lock_does_not_outlast_the_clock_that_was_wrong(case):
    for wrong_by in (HOURS, YEARS):
        taro, token = enroll.person()
        with SU.open("explain"):
            with clock.off_by(wrong_by):
                for _ in range(5):
                    SU.attempt(taro, [taro.password, "000000"])
                assert enroll.facts(taro)["locked"] is True
                assert enroll.run("list", taro.name).stdout.split()[-1] == "timed"
            facts = enroll.facts(taro)
            assert (facts["failures"], facts["locked"], facts["locked_until"]) == (5, False, None)
            assert enroll.run("list", taro.name).stdout.split()[-1] == "no"
            assert "Locked: no (" in enroll.run("show", taro.name).stdout
            refuses(SU, case, taro, [taro.password, token.wrong()], "code-wrong")
            assert enroll.facts(taro)["locked"] is True  # at once, by the clock of now
            with clock.off_by(16 * 60):
                lets_in(SU, taro, [taro.password, code_in(token, 16 * 60)])


def test_nor_does_the_lock_of_a_source(case):
    taro, token = enroll.person()
    with SU.open():
        with clock.off_by(YEARS):
            for _ in range(5):
                SU.attempt(taro, [taro.password, "000000"])
            assert enroll.facts(taro)["sources_locked"] == 1
        assert enroll.facts(taro)["sources_locked"] == 0
        refuses(SU, case, taro, [taro.password, token.wrong()], "code-wrong")
        assert enroll.facts(taro)["sources_locked"] == 1  # at once, by the clock of now
        with clock.off_by(16 * 60):
            lets_in(SU, taro, [taro.password, code_in(token, 16 * 60)])

def come_from_the_future():
    """A person whose last accepted code is of 36 years from now."""
    taro, token = enroll.person()
    with clock.off_by(YEARS), pam.module_alone():
        assert pam.call(taro, [code_in(token, YEARS)]).code == pam.SUCCESS
    return taro, token


def test_codes_from_the_future_are_named_and_one_act_mends_all(case):
    alone()
    (taro, token), (hanako, other) = come_from_the_future(), come_from_the_future()
    with SU.open():
        refuses(SU, case, taro, [taro.password, token.next()], "clock-behind")
        assert 'detail="refused until 20' in module_lines(case)[-1]
        assert "resync --future" in audit.last()["detail"]
        (entry,) = enroll.tokens(taro)
        assert entry["refused_until"] and entry["state"] == "active"
        assert enroll.run("list", taro.name).stdout.split()[3] == "refused"
        text = enroll.run("show", taro.name).stdout
        assert "Refused until: 20" in text and text.count("(in the future)") == 2, text
        assert "2 of 2 tokens in use" in check()["tokens-future"]
        exits(enroll.run("test", taro.name, stdin=f"{token.next()}\n"), 1, "resync --future")
        two = f"{token.at(token.step())}\n{token.at(token.step() + 1)}\n"
        exits(enroll.run("resync", taro.name, entry["token"], stdin=two), 1, "is refused until")
        with product.unchanged(product.STORE), Terminal(["mfa-enroll", "resync", "--future"]) as terminal:
            terminal.expect(PROMPT)
            terminal.send("n")
            assert terminal.wait() == 1
            assert "This host's clock: 20" in terminal.transcript
            assert "2 of 2 tokens in use" in terminal.transcript and taro.name in terminal.transcript
        lines = len(audit.events())
        exits(enroll.run("resync", "--future", "--yes"), 0, "Resynced: 2 tokens")
        acts = audit.events()[lines:]
        assert [(act["event"], act["user"]) for act in acts] == [
            ("token.resync", name) for name in sorted((taro.name, hanako.name))]
        assert acts[0]["detail"].startswith("was refused until 20")
        exits(enroll.run("resync", "--future", "--yes"), 0, "No token is refused")
        assert "tokens-future" not in check()
        refuses(SU, case, taro, [taro.password, token.at(token.step())], "code-used")
        with clock.off_by(90):
            lets_in(SU, taro, [taro.password, code_in(token, 90)])
            lets_in(SU, hanako, [hanako.password, code_in(other, 90)])


def stopped():
    """A signal has come already, and is kept back until the program looks."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    signal.raise_signal(signal.SIGTERM)


def test_the_act_can_be_stopped_and_run_again(case):
    alone()
    taro, _ = come_from_the_future()
    command = ["mfa-enroll", "resync", "--future", "--yes"]
    with product.unchanged(product.STORE):
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=stopped)
    exits(done, 1, "stopped; run it again")
    exits(enroll.run(*command[1:]), 0, "Resynced: 1 token")
    assert enroll.tokens(taro)[0]["refused_until"] is None
    for words in (["--future", taro.name], [], [taro.name]):
        exits(enroll.run("resync", *words), 2)
