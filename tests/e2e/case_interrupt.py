# SPDX-License-Identifier: BSD-2-Clause
"""Enrolment broken off: what was there before is there after, terminal included."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager

from e2e import enroll, otp, pam, product, users
from e2e.terminal import PROMPT, Terminal

INTERRUPT, END_OF_INPUT = "\x03", "\x04"


@contextmanager
def enrolled_and_untouched():
    """A person with a token, which serves afterwards; nothing in the store may change."""
    taro, token = enroll.person(kind="hotp")
    with product.unchanged(product.STORE, product.AUDIT.parent):
        yield taro
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    assert len(enroll.tokens(taro)) == 1


def add(user, *options):
    return Terminal(["mfa-enroll", "add", user.name, "totp", *options])


def ask(terminal):
    """Waits for the question, and until the terminal is in the mode that it wants."""
    return terminal.expect(PROMPT)[1].group()


def test_ctrl_c_at_the_question_changes_nothing(case):
    with enrolled_and_untouched() as taro, add(taro) as terminal:
        ask(terminal)
        terminal.press(INTERRUPT)
        assert terminal.wait() == 1
        assert terminal.echoes()
        assert "cancelled, nothing changed" in terminal.transcript


def test_ctrl_c_is_not_lost_however_early_it_comes(case):
    taro = users.new()
    for _ in range(40):
        with add(taro, "--secret-stdin", "hex") as terminal:
            ask(terminal)
            terminal.press(INTERRUPT)
            assert terminal.wait(3) in (1, -signal.SIGINT)
            assert terminal.echoes()


def test_ctrl_c_in_the_middle_of_a_code_changes_nothing(case):
    with enrolled_and_untouched() as taro, add(taro) as terminal:
        ask(terminal)
        terminal.press("123" + INTERRUPT)
        assert terminal.wait() == 1
        assert "cancelled, nothing changed" in terminal.transcript


def test_ctrl_c_after_the_first_right_code_changes_nothing(case):
    with enrolled_and_untouched() as taro, add(taro) as terminal:
        uri = terminal.expect(r"otpauth://\S+(?=\s)")[1].group()
        token = otp.from_uri(uri)
        token.settle()
        ask(terminal)
        terminal.send(token.at(token.step()))
        terminal.expect(r"check 2 of 2\): \Z")
        terminal.press(INTERRUPT)
        assert terminal.wait() == 1


def test_end_of_input_changes_nothing(case):
    with enrolled_and_untouched() as taro, add(taro) as terminal:
        ask(terminal)
        terminal.press(END_OF_INPUT)
        assert terminal.wait() == 1
        assert terminal.echoes() and "cancelled, nothing changed" in terminal.transcript
    with enrolled_and_untouched() as taro:
        done = enroll.run("add", taro.name, "totp")
        assert done.returncode == 1 and "cancelled" in done.stderr, done


def test_a_hidden_question_gives_the_echo_back(case):
    for way_out in (INTERRUPT, END_OF_INPUT, "zz\n", "\x1c"):
        with enrolled_and_untouched() as taro, add(taro, "--secret-stdin", "hex") as terminal:
            assert "Secret of the token" in ask(terminal)
            until(lambda: not terminal.echoes())
            terminal.press(way_out)
            assert terminal.wait() == 1, way_out
            assert terminal.echoes()


def test_a_secret_typed_is_not_shown(case):
    taro = users.new()
    secret = os.urandom(20).hex()
    with add(taro, "--secret-stdin", "hex", "--no-confirm") as terminal:
        ask(terminal)
        until(lambda: not terminal.echoes())
        terminal.send(secret)
        assert terminal.wait() == 0
        assert secret not in terminal.transcript and terminal.echoes()


def test_signals_change_nothing_and_give_the_echo_back(case):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        with enrolled_and_untouched() as taro, add(taro, "--secret-stdin", "hex") as terminal:
            ask(terminal)
            until(lambda: not terminal.echoes())
            os.kill(terminal.pid, number)
            assert terminal.wait() == 1, number
            assert terminal.echoes()


def test_stopped_at_a_hidden_question_the_answer_stays_hidden(case):
    """The shell gets its terminal back with the echo, and after fg the question is put again."""
    with enrolled_and_untouched() as taro, Terminal(["dash", "-i"]) as shell:
        shell.send(f"mfa-enroll add {taro.name} totp --secret-stdin hex")
        for stop in (lambda: shell.press("\x1a"), lambda: os.kill(pid_of_enroll(), signal.SIGSTOP)):
            shell.expect("Secret of the token.*: ")
            until(lambda: not shell.echoes())
            stop()
            shell.expect("Stopped")
            shell.send("fg")
        shell.expect("Secret of the token.*: ")
        until(lambda: not shell.echoes())
        shell.press(INTERRUPT)
        shell.expect("nothing was changed")
        assert shell.echoes()


def test_stopped_by_ctrl_z_the_echo_is_back(case):
    with enrolled_and_untouched() as taro, Terminal(["dash", "-i"]) as shell:
        shell.send(f"mfa-enroll add {taro.name} totp --secret-stdin hex")
        shell.expect("Secret of the token.*: ")
        until(lambda: not shell.echoes())
        shell.press("\x1a")
        shell.expect("Stopped")
        assert shell.echoes()
        shell.send("kill %1")
        shell.send("fg")
        shell.expect("nothing was changed")


def pid_of_enroll():
    return int(subprocess.check_output(["pgrep", "-x", "mfa-enroll"]).split()[0])


def test_a_terminal_that_hangs_up_changes_nothing(case):
    with enrolled_and_untouched() as taro:
        with add(taro) as terminal:
            ask(terminal)
            pid = terminal.pid
            os.close(terminal.fd)
            terminal.fd = -1
            _, status = os.waitpid(pid, 0)
            assert os.waitstatus_to_exitcode(status) != 0


def test_killed_at_the_question_changes_nothing(case):
    with enrolled_and_untouched() as taro, add(taro) as terminal:
        ask(terminal)
        os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.wait() == -signal.SIGKILL


def test_removal_and_resync_broken_off_change_nothing(case):
    for command in ("remove", "resync"):
        with enrolled_and_untouched() as taro:
            (entry,) = enroll.tokens(taro)
            for way_out in (INTERRUPT, END_OF_INPUT):
                with Terminal(["mfa-enroll", command, taro.name, entry["token"]]) as terminal:
                    ask(terminal)
                    terminal.press(way_out)
                    assert terminal.wait() == 1
                    assert terminal.echoes()


def until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)
