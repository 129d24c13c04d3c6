# SPDX-License-Identifier: BSD-2-Clause
"""YubiKeys that are enrolled: what is said of the key is what it holds."""

import itertools
import json
import re
import signal
import subprocess
from contextlib import contextmanager

from e2e import audit, enroll, product, softkey, users
from e2e.case_yubikey import SECRET, add, plugged
from e2e.checks import exits
from e2e.terminal import PROMPT, Terminal

CODE, OTHER = "616363657373", "ffffffffffff"
POINTS = 14  # at which one is interrupted, evenly spread
UNTOUCHED = ("touch-after=never", "touch-ms=1000")  # what waits fifteen seconds else


def fresh(**options):
    """A person, and the only key in a port."""
    softkey.fresh()
    return users.new(), plugged(**options)


def is_enrolled(user):
    return enroll.run("list", user.name).returncode == 0


def transfers_of_one():
    taro, key = fresh()
    exits(add(taro), 0, "Enrolled")
    return int(key.show()["transfers"])


def interrupted(user, key, transfer, number):
    """An enrolment that gets the signal when the key is in this transfer."""
    argv = ["sh", "-c", f"read go; exec mfa-enroll add {user.name} yubikey"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        key.faults(f"signal={transfer}:{process.pid}:{int(number)}")
        said, _ = process.communicate("go\n", timeout=30)
    return process.returncode, said


def test_whenever_it_is_interrupted_the_truth_is_told(case):
    end = transfers_of_one()
    signals = itertools.cycle((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    seen = set()
    for transfer, number in zip(range(1, end + 1, end // POINTS), signals):
        taro, key = fresh()
        status, said = interrupted(taro, key, transfer, number)
        state = key.show()
        if status == 0:
            assert "Enrolled" in said and is_enrolled(taro), said
            continue
        assert status == 1 and "cancelled" in said and not is_enrolled(taro), (transfer, number, status, said)
        told = "overwritten" if state["writes"] == "1" else "changed"
        words = {"overwritten": f"slot 2 of YubiKey {key.serial} was overwritten, and lets nobody in",
                 "changed": "nothing (was )?changed"}
        for outcome, pattern in words.items():
            assert bool(re.search(pattern, said)) == (outcome == told), (transfer, said, state)
        assert (state["detached"], state["waiting"]) == ("0", "0"), state
        seen.add(told)
        key.faults()
        exits(add(taro, "yubikey", *["--force"] * (told == "overwritten")), 0, "Enrolled")
    assert seen == {"overwritten", "changed"}


def test_ctrl_c_where_a_code_is_typed(case):
    taro, key = fresh()
    with Terminal(["mfa-enroll", "add", taro.name, "yubikey-otp"]) as terminal:
        terminal.expect(PROMPT)
        terminal.press("\x03")
        assert terminal.wait() == 1
        said = terminal.transcript
    assert f"slot 2 of YubiKey {key.serial} was overwritten" in said and "nothing changed" not in said, said
    line = audit.last()
    assert (line["event"], line["user"], line["kind"]) == ("token.overwrite", taro.name, "yubikey-otp"), line
    assert line["detail"] == f"slot 2 of YubiKey {key.serial} was overwritten, and nothing enrolled", line


def test_ctrl_c_in_the_wait_for_a_touch(case):
    taro, key = fresh()
    key.touch(False)
    with Terminal(["mfa-enroll", "add", taro.name, "yubikey"]) as terminal:
        terminal.expect("Touch the YubiKey that blinks")
        terminal.press("\x03")
        terminal.expect(r"cancelled\s+mfa-enroll: nothing was enrolled: slot 2 of YubiKey \d+ was overwritten", deadline=5)
        assert terminal.wait() == 1
    assert (key.show()["detached"], key.show()["waiting"]) == ("0", "0")


def test_who_reads_what_it_says_is_gone(case):
    """As with `| head -1`: it ends as by Ctrl-C, and trail and standard error have what the key holds."""
    taro, key = fresh()
    key.touch(False)
    argv = ["mfa-enroll", "add", taro.name, "yubikey"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(timeout=10) == 1, (process.returncode, said)
    assert f"slot 2 of YubiKey {key.serial} was overwritten" in said, said
    assert audit.last()["event"] == "token.overwrite", audit.last()
    assert (key.show()["detached"], key.show()["waiting"]) == ("0", "0")


def test_a_signal_that_its_caller_ignores_ends_nothing(case):
    """As under nohup(1)."""
    taro, key = fresh()
    key.touch(False)
    argv = ["mfa-enroll", "add", taro.name, "yubikey"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
        key.await_blinking()
        process.send_signal(signal.SIGHUP)
        key.touch(True)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0 and "Enrolled" in said, said


def test_access_codes_are_set_asked_for_and_kept(case):
    def again(*codes):
        """The token is removed, and the slot written anew, with or without its code."""
        for token in json.loads(enroll.run("list", taro.name, "--json").stdout or "[]"):
            exits(enroll.run("remove", taro.name, token["token"], "--yes"), 0)
        words = ["--access-code-stdin"] if codes else []
        return add(taro, "yubikey", "--force", *words, stdin="".join(f"{code}\n" for code in codes))

    taro, key = fresh()
    exits(add(taro, "yubikey", "--set-access-code-stdin", stdin=f"{CODE}\n"), 0, "Enrolled")
    refusals = (((), "an access code protects slot 2; give it with --access-code-stdin"),
                ((OTHER,), "the access code is not that of slot 2"))
    for codes, said in refusals:
        exits(again(*codes), 1, said + r"(?s:.*)nothing was changed")
        assert audit.last()["event"] == "token.remove", audit.last()
    exits(again(CODE), 0, "Enrolled")
    exits(again(), 1, refusals[0][1])
    assert key.show()["writes"] == "2" and CODE not in "\n".join(case.log("."))


def test_after_a_failure_the_next_command_is_named(case):
    """The one that can work: with the code that the slot has now."""
    taro, key = fresh()
    key.touch(False)
    with Terminal(["mfa-enroll", "add", taro.name, "yubikey", "--set-access-code-stdin"]) as terminal:
        for _ in range(2):
            terminal.expect(PROMPT)
            terminal.answer(CODE)
        terminal.expect("Touch the YubiKey that blinks")
        terminal.press("\x03")
        assert terminal.wait() == 1
        said = " ".join(terminal.transcript.split())
    assert f"slot 2 of YubiKey {key.serial} was overwritten" in said, said
    assert "The slot has the access code that you gave it: try again with --force --access-code-stdin" in said, said
    key.faults(*UNTOUCHED)
    done = add(taro, "yubikey", "--force")  # nobody touches it, and nobody knows what it holds
    exits(done, 1, "may have been overwritten")
    assert "perhaps an access code protects it: then give it with --access-code-stdin" in done.stderr, done
    key.faults()
    exits(add(taro, "yubikey", "--force", "--access-code-stdin", stdin=f"{CODE}\n"), 0, "Enrolled")


def test_the_steps_of_docs_hardware_follow_from_each_other(case):
    """Steps 1b and 1g to 1i, with a finger wherever the list wants one."""
    def remove():
        (token,) = json.loads(enroll.run("list", taro.name, "--json").stdout)
        exits(enroll.run("remove", taro.name, token["token"], "--yes"), 0)

    taro, key = fresh()
    exits(add(taro), 0, "Enrolled")
    remove()
    key.touch(False)
    with Terminal(["mfa-enroll", "add", taro.name, "yubikey", "--force"]) as terminal:
        terminal.expect("Touch the YubiKey that blinks")
        terminal.press("\x03")
        terminal.expect("was overwritten")
        assert terminal.wait() == 1
    key.touch(True)
    exits(add(taro, "yubikey", "--force", "--set-access-code-stdin", stdin=f"{CODE}\n"), 0, "Enrolled")
    remove()
    exits(add(taro, "yubikey", "--force"), 1, "an access code(?s:.*)nothing was changed")
    exits(add(taro, "yubikey", "--force", "--access-code-stdin", stdin=f"{CODE}\n"), 0, "Enrolled")


@contextmanager
def enrolling(user, *options):
    """mfa-enroll without a terminal, both outputs in one pipe."""
    argv = ["mfa-enroll", "add", user.name, "yubikey", *options]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        yield process


def test_two_administrators_give_no_key_to_two_people(case):
    """The second begins when the first has found the key to be nobody's, and has not enrolled it yet."""
    taro, key = fresh()
    hanako = users.new("hanako")
    key.touch(False)
    with enrolling(taro) as first:
        key.await_blinking()
        with enrolling(hanako, "--slot", "1") as cancelled, enrolling(hanako, "--slot", "1") as second:
            for process in (cancelled, second):
                assert "another enrolment of a YubiKey is going on" in process.stdout.readline()
            cancelled.send_signal(signal.SIGTERM)
            assert "cancelled" in cancelled.communicate(timeout=10)[0] and cancelled.returncode == 1
            key.touch(True)
            assert "Enrolled" in first.communicate(timeout=30)[0]
            said = second.communicate(timeout=30)[0]
    assert f"this YubiKey is registered for {taro.name} already" in said, said
    assert (second.returncode, key.show()["slot1"]) == (1, "empty")


def test_no_secret_is_given_to_a_device_that_poses_as_a_key(case):
    """It is in a port that is asked before the real key's."""
    taro = users.new()
    softkey.fresh()
    twin = plugged()
    real = softkey.Key(serial=twin.serial)
    exits(add(taro), 1, "more than one YubiKey")
    for kind, words in (("yubikey", ()), ("yubikey-otp", ("--no-confirm",))):
        exits(add(taro, kind, "--serial", str(twin.serial), *words), 1,
              f"more than one device says that it is YubiKey {twin.serial}(?s:.*)nothing was changed")
    assert twin.show()["writes"] == real.show()["writes"] == "0" and not is_enrolled(taro)
    twin.unplug()
    exits(add(taro), 0, "Enrolled")


def test_few_records_are_searched_without_a_bar(case):
    """Which nobody could read, and which would stay on the screen; and the access code's form is said."""
    taro, key = fresh()
    with product.config({"store": "file:/var/lib/pam_mfa.few"}):
        exits(enroll.run("init"), 0)
        enroll.person("hanako")
        with Terminal(["mfa-enroll", "add", taro.name, "yubikey-otp", "--slot", "1",
                       "--set-access-code-stdin"]) as terminal:
            for _ in range(2):
                terminal.expect(PROMPT)
                terminal.answer(CODE)
            for _ in range(2):
                terminal.expect(PROMPT)
                terminal.send(key.type(1))
            assert terminal.wait() == 0, terminal.transcript
            said = terminal.transcript
        listed = enroll.run("list").stdout.splitlines()
    assert "[#" not in said and "New access code of the slot (12 hexadecimal digits): " in said, said
    assert {line.index(" active") for line in listed[1:]} == {listed[0].index(" STATE")}, listed


def test_a_failure_without_access_codes_does_not_speak_of_them(case):
    taro, key = fresh()
    key.faults(*UNTOUCHED)
    done = add(taro)
    exits(done, 1, "(?s)was overwritten, and lets nobody in(?s:.*)Try again with --force")
    assert "access" not in done.stderr, done


def test_an_access_code_that_is_none(case):
    taro, key = fresh()
    for bad in ("", "61636365737", "6163636573737361", "000000000000", "zzzzzzzzzzzz"):
        done = add(taro, "yubikey", "--set-access-code-stdin", stdin=f"{bad}\n")
        exits(done, 1, "an access code is 12 hexadecimal digits")
    exits(add(taro, "yubikey", "--secret-stdin", "hex", "--access-code-stdin", stdin=f"{SECRET}\n{CODE}\n"), 2)
    assert key.show()["writes"] == "0"


def test_a_code_is_typed_twice_at_a_terminal(case):
    """Also one that the slot is said to have: a slot without a code gets it."""
    taro, key = fresh()
    for option in ("--set-access-code-stdin", "--access-code-stdin"):
        for second, status in ((OTHER, 1), (CODE, 0)):
            with Terminal(["mfa-enroll", "add", taro.name, "yubikey", option]) as terminal:
                for code in (CODE, second):
                    terminal.expect(PROMPT)
                    terminal.answer(code)
                assert terminal.wait() == status, terminal.transcript
                assert CODE not in terminal.transcript, terminal.transcript
        assert key.show()["writes"] == "1"
        taro, key = fresh()


def test_a_refused_write_enrols_nothing(case):
    for kind, words in (("yubikey", ()), ("yubikey-otp", ("--no-confirm",))):
        taro, key = fresh()
        key.faults("ignored")
        exits(add(taro, kind, *words), 1, "the YubiKey did not take it, though slot 2 is empty")
        assert not is_enrolled(taro)
    taro, key = fresh(slot1=f"hmac:{SECRET}:protects")
    exits(add(taro), 1, "slot 1 protects slot 2")


def test_a_status_that_never_comes_is_settled_by_the_answer(case):
    taro, key = fresh(slot2=f"hmac:{SECRET}:touch")
    key.faults("lag-ms=never", "touch-after=60")
    exits(add(taro, "yubikey", "--force"), 0, "does not confirm the new secret(?s:.*)Enrolled")


def test_the_touch_of_a_slot_is_what_is_said_of_it(case):
    for slot, words, said in (("", (), "slot 2 answers without a touch"),
                              (":touch", ("--no-touch",), "slot 2 answers only when touched")):
        for firmware in ("5.4.3", "2.3.0"):
            taro, key = fresh(slot2=f"hmac:{SECRET}{slot}", firmware=firmware)
            exits(add(taro, "yubikey", "--secret-stdin", "hex", *words, stdin=f"{SECRET}\n"), 1, said)
            assert not is_enrolled(taro)


def test_erasing_the_other_slot_may_hide_the_number(case):
    warning = "the serial number is perhaps shown by slot 1 alone"
    taro, _ = fresh(slot1=f"hmac:{SECRET}", slot2=f"hmac:{SECRET}")
    exits(add(taro, "yubikey", "--secret-stdin", "hex", "--no-touch", stdin=f"{SECRET}\n"), 0, warning)
    taro, _ = fresh(slot2=f"hmac:{SECRET}")
    done = add(taro, "yubikey", "--secret-stdin", "hex", "--no-touch", stdin=f"{SECRET}\n")
    exits(done, 0)
    assert warning not in done.stderr, done


def hidden(*words, **options):
    """A key whose slot hides the serial number."""
    softkey.fresh()
    options = [f"{name}={value}" for name, value in options.items()]
    softkey.control("new", "serial=7654321", "serial-hidden", *words, *options)
    return users.new()


def test_keys_without_a_number_have_their_words(case):
    taro = hidden(slot1=f"hmac:{SECRET}")
    exits(add(taro), 1, "does not tell its serial number, so it cannot be registered")
    exits(enroll.run("yubikey"), 0, "(?m)^YubiKey that does not tell its serial number, firmware 5.4.3")
    taro = hidden(firmware="2.1.0")  # which is not waited for
    exits(add(taro), 1, "firmware of this YubiKey, 2.1.0, is too old")
    exits(add(taro, "yubikey", "--serial", "7654321"), 1, "YubiKey 7654321 is not plugged in, unless it is this one")
    exits(enroll.run("yubikey", "--json"), 0, '"serial":null')
    exits(enroll.run("yubikey"), 0, "(?m)^YubiKey too old for a serial number, firmware 2.1.0")
    softkey.fresh()
    plugged()
    exits(add(taro, "yubikey", "--serial", "7654321"), 1, "(?m)YubiKey 7654321 is not plugged in$")


def test_device_information_tells_the_number_too(case):
    taro = hidden("info-serial", slot1=f"hmac:{SECRET}")
    exits(enroll.run("yubikey"), 0, "^YubiKey 7654321, firmware 5.4.3; .*; waits 15 s for a touch")
    exits(add(taro), 0, "Enrolled")
