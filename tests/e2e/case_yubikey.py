# SPDX-License-Identifier: BSD-2-Clause
"""YubiKeys at the real programs: software keys behind the real libykpers."""

import itertools
import json
import os
import re
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

from e2e import audit, enroll, otp, pamconf, product, programs, softkey, ssh, users
from e2e.checks import exits, let_in, one_line, refused, soon
from e2e.locales import japanese_locale
from e2e.softkey import Key
from e2e.terminal import PROMPT, Terminal

ASK = "YubiKey: Enter, touch; or code:"
SECRET = "0b" * 20
SERIALS = itertools.count(7000001)  # a key is one person's, and the record outlives the case


@contextmanager
def offered(*services, timeout="3s"):
    """The services are wired, and a YubiKey may be used, within the block."""
    zone = {"factors": "yubikey totp hotp yubikey-otp", "yubikey_timeout": timeout,
            "yubikey_any_session": "yes"}  # the cases' own session is root's
    softkey.fresh()
    with pamconf.wired(*services), product.config(zone=zone):
        yield


def add(user, kind="yubikey", *options, stdin=""):
    return enroll.run("add", user.name, kind, *options, stdin=stdin)


def plugged(**options):
    """A key that nobody has, in a port; its serial number is key.serial."""
    serial = next(SERIALS)
    key = Key(serial=serial, **options)
    key.serial = serial
    return key


def holder():
    """A person with a YubiKey that mfa-enroll has programmed; gives both."""
    taro, key = users.new(), plugged()
    exits(add(taro), 0, "Enrolled: yubikey token")
    return taro, key


def failures(user):
    return enroll.facts(user)["failures"]


def test_a_touch_lets_in_at_login_su_and_sudo(case):
    with offered("login", "su", "sudo"):
        taro, key = holder()
        assert key.show()["slot2"] == "hmac+touch" and key.show()["slot1"] == "empty"
        outcome = programs.login(taro, [taro.password, ""])
        let_in(outcome)
        assert outcome.prompts[1] == ASK and "ouch" not in outcome.text.replace(ASK, ""), outcome
        one_line(case, f"result=allowed reason=code-right .*user={taro.name} .*kind=yubikey")
        let_in(programs.su(taro, [taro.password, ""], caller=users.new("jiro")))
        let_in(programs.sudo(taro, [taro.password, ""]))
        lines = product.AUDIT.read_text().splitlines()
        assert json.loads(lines[-1])["kind"] == "yubikey" and json.loads(lines[-1])["result"] == "allowed"


def test_a_wrong_password_with_the_right_key_is_refused(case):
    with offered("login"):
        taro, _ = holder()
        refused(programs.login(taro, ["wrong", ""]))


def test_a_code_is_taken_where_the_key_is_offered(case):
    with offered("login"):
        taro, token = enroll.person(kind="hotp")
        outcome = programs.login(taro, [taro.password, token.next()])
        let_in(outcome)
        assert outcome.prompts[1] == ASK


def test_the_key_may_come_later(case):
    with offered("login"):
        taro, key = holder()
        key.unplug()
        outcome = programs.login(taro, [taro.password, "", lambda: key.plug() or ""])
        let_in(outcome, prompts=3)
        assert outcome.prompts[2].startswith("No YubiKey. Enter or code"), outcome
        one_line(case, "result=allowed")


def test_a_touch_before_there_is_a_question(case):
    """Where the configuration says so: password, touch."""
    zone = {"factors": "yubikey totp hotp", "yubikey_timeout": "5s", "yubikey_any_session": "yes",
            "yubikey_at_once": "yes"}
    with offered("login", "su"), product.config(zone=zone):
        taro, key = holder()
        token = enroll.give(taro, "hotp")
        outcome = programs.login(taro, [taro.password])
        let_in(outcome, prompts=1)
        assert "Touch" not in outcome.text and "YubiKey" not in outcome.text, outcome
        key.faults("touch-after=never", "touch-ms=1000")
        outcome = programs.login(taro, [taro.password, token.next()])
        let_in(outcome)
        assert outcome.prompts[1] == "Not touched. Enter or code:", outcome
        key.faults()
        key.touch(False)
        with Terminal(["su", taro.name, "-c", programs.PROOF], user=users.new("jiro")) as thief:
            thief.expect(PROMPT)
            thief.answer(taro.password)
            key.await_blinking()
            outcome = programs.login(taro, [taro.password, token.next()])
        let_in(outcome)
        assert outcome.prompts[1].startswith("Don't touch yet (su, "), outcome
        soon(key.is_free)  # the thief has gone
        key.unplug()
        outcome = programs.login(taro, [taro.password, token.next()])
        let_in(outcome)
        assert outcome.prompts[1] == ASK, outcome
        assert len(case.log("result=denied")) == 0 and failures(taro) == 0


def test_or_a_code_instead(case):
    with offered("login"):
        taro, token = enroll.person(kind="hotp")
        let_in(programs.login(taro, [taro.password, "", token.next()]), prompts=3)
        assert failures(taro) == 0


def test_without_a_key_three_questions_and_out(case):
    with offered("login"):
        taro, key = holder()
        key.unplug()
        outcome = programs.login(taro, [taro.password, "", "", ""])
        refused(outcome, prompts=4)
        assert "No YubiKey found. See that it is plugged in." in outcome.text
        one_line(case, f"result=denied reason=key-absent .*user={taro.name}")
        assert failures(taro) == 0


def test_people_without_a_key_see_the_same(case):
    """Not enrolled, a code only, unknown: what the ports hold decides alone."""
    with offered("login"):
        softkey.fresh()
        hanako, _ = enroll.person("hanako", kind="hotp")
        jiro = users.new("jiro")
        for plugged, said in ((False, "No YubiKey."), (True, "Wrong YubiKey.")):
            if plugged:
                Key(serial=1111111, slot2=f"hmac:{SECRET}")
            for user in (hanako, jiro, "nobody-there"):
                outcome = programs.login(user, [getattr(user, "password", "x"), "", "", ""])
                refused(outcome, prompts=4)
                assert all(prompt.startswith(said) for prompt in outcome.prompts[2:]), outcome


def test_whatever_is_wrong_with_the_key_is_said_and_not_counted(case):
    troubles = (
        (["touch-after=never", "touch-ms=300"], "Not touched.", "key-untouched"),
        (["touch-after=never"], "Not touched.", "key-untouched"),
        (["answer-after=never"], "Not touched.", "key-untouched"),
        (["mute"], "Replug YubiKey.", "key-hidden"),
        (["bad-crc"], "Disturbed.", "key-damaged"),
        (["claims=never"], "YubiKey in use.", "key-claimed"),
        (["unauthorised"], "YubiKey blocked.", "key-blocked"),
    )
    with offered("login", timeout="1s"):
        taro, key = holder()
        for words, said, reason in troubles:
            key.faults(*words)
            seen = len(case.log(f"reason={reason}"))
            outcome = programs.login(taro, [taro.password, "", "", ""])
            refused(outcome, prompts=4)
            assert outcome.prompts[2].startswith(said), (words, outcome)
            assert len(case.log(f"result=denied reason={reason} ")) == seen + 1, words
        assert failures(taro) == 0
        key.faults()
        let_in(programs.login(taro, [taro.password, ""]))


def test_pulled_out_at_every_other_transfer(case):
    """Never in by a key that is gone, and in again when it is back."""
    with offered("login"):
        taro, key = holder()
        for transfer in range(1, 18, 2):
            key.faults(f"unplug-after={transfer}")
            outcome = programs.login(taro, [taro.password, "", key.mend])
            let_in(outcome, prompts=3)
            assert outcome.prompts[2].startswith(("Interrupted.", "No YubiKey.")), outcome
        assert failures(taro) == 0


def test_an_erased_slot_and_another_secret(case):
    with offered("login"):
        taro, key = holder()
        exits(enroll.subprocess.run(["ykpersonalize", "-2", "-y", "-z"], capture_output=True, text=True), 0)
        outcome = programs.login(taro, [taro.password, "", "", ""])
        refused(outcome, prompts=4)
        assert outcome.prompts[2].startswith("YubiKey erased."), outcome
        given = ["ykpersonalize", "-2", "-y", f"-a{SECRET}", "-ochal-resp", "-ochal-hmac", "-ohmac-lt64",
                 "-oserial-api-visible"]
        exits(enroll.subprocess.run(given, capture_output=True, text=True), 0)
        outcome = programs.login(taro, [taro.password, ""])
        refused(outcome)
        assert "it may have been programmed anew" in outcome.text, outcome
        assert case.log("reason=key-wrong") and failures(taro) == 0


def test_a_slot_that_was_programmed_anew_hides_not_the_other(case):
    with offered("login"):
        taro, key = users.new(), plugged()
        for slot in ("1", "2"):
            exits(add(taro, "yubikey", "--slot", slot), 0)
        given = ["ykpersonalize", "-1", "-y", f"-a{SECRET}", "-ochal-resp", "-ochal-hmac", "-ohmac-lt64",
                 "-oserial-api-visible"]
        exits(enroll.subprocess.run(given, capture_output=True, text=True), 0)
        let_in(programs.login(taro, [taro.password, ""]))
        assert failures(taro) == 0


def test_what_passes_at_a_key_is_waited_for(case):
    with offered("login", timeout="10s"):
        taro, key = holder()
        for words in (["reclaim-ms=3000"], ["claims=3"], ["damaged-status=2", "damaged-serial=1"],
                      ["error-after=5"], ["lies=2"]):
            key.faults(*words)
            let_in(programs.login(taro, [taro.password, ""]))


def test_a_key_without_the_otp_application(case):
    with offered("login"):
        taro, key = holder()
        key.unplug()
        Key(serial=1111111, product="0402")
        outcome = programs.login(taro, [taro.password, "", lambda: key.plug() or ""])
        let_in(outcome, prompts=3)
        assert outcome.prompts[2].startswith("Not an OTP key."), outcome


def test_the_right_one_of_two_keys(case):
    with offered("login"):
        other = Key(serial=1111111, slot2=f"hmac:{SECRET}")
        taro = users.new()
        mine = plugged()
        done = add(taro)
        exits(done, 1, "more than one YubiKey: say which with --serial")
        assert "1111111" in done.stdout and str(mine.serial) in done.stdout
        exits(add(taro, "yubikey", "--serial", str(mine.serial)), 0)
        let_in(programs.login(taro, [taro.password, ""]))
        mine.unplug()
        outcome = programs.login(taro, [taro.password, "", lambda: mine.plug() or ""])
        let_in(outcome, prompts=3)
        assert outcome.prompts[2].startswith("Wrong YubiKey."), outcome
        assert other.show()["challenges"] == "0"


@contextmanager
def waiting(user, caller, key):
    """su to the user by the caller, who knows the password; the key blinks for it."""
    with Terminal(["su", user.name, "-c", programs.PROOF], user=caller) as terminal:
        for line in (user.password, ""):
            terminal.expect(PROMPT)
            terminal.answer(line)
        key.await_blinking()
        yield terminal


def touched(key, user, terminal):
    """The person takes the blinking for their own login's; gives what is typed then."""
    key.touch(True)
    terminal.expect(programs.came_in(user.name))
    return ""


def test_a_stolen_touch_is_told(case):
    """Where any session may ask: the person knows before it, and after it, and so does the trail."""
    with offered("su", "login", timeout="10s"):
        taro, key = holder()
        key.touch(False)
        with waiting(taro, users.new("jiro"), key) as thief:
            outcome = programs.login(taro, [taro.password, "", lambda: touched(key, taro, thief), ""])
        let_in(outcome, prompts=4)
        where = rf"su, pts/\d+, {taro.name}"
        assert outcome.prompts[1] == ASK, outcome
        assert re.fullmatch(rf"Don't touch yet \({where}\). Enter or code:", outcome.prompts[2]), outcome
        told = rf"Used elsewhere \({where}\). Enter or code:"
        assert re.fullmatch(told, outcome.prompts[3]), outcome
        mine = [event for event in audit.events() if event.get("service") == "login" and event["user"] == taro.name]
        assert [event["event"] for event in mine] == ["key.busy", "key.elsewhere", "auth"], mine
        other = rf"service su, terminal pts/\d+, user {taro.name}"
        assert re.fullmatch(f"the YubiKeys were in use by another login, {other}", mine[0]["detail"]), mine
        assert re.fullmatch(f"YubiKey {key.serial} has answered another login, {other}", mine[1]["detail"]), mine
        for event in mine[:2]:
            assert case.log(re.escape(event["detail"])), event
        audit.check_chain()
        assert failures(taro) == 0


@contextmanager
def full_run():
    """Where the turns are noted there is no room."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "none", "/run/pam_mfa"], check=True)
    try:
        Path("/run/pam_mfa/other").write_bytes(b"x" * 4096)
        yield
    finally:
        subprocess.run(["umount", "/run/pam_mfa"], check=True)


def test_a_turn_that_cannot_be_noted_is_warned_of(case):
    """A touch for it would not be told of; the key is used all the same."""
    with offered("login"):
        taro, _ = holder()
        with full_run():
            let_in(programs.login(taro, [taro.password, ""]))
        assert case.log("event=key.unnoted|cannot note whose turn at the keys it is")
        event = audit.events()[-1]
        assert (event["event"], event["result"]) == ("key.unnoted", "failed"), event
        assert "/run/pam_mfa/turn: cannot note whose turn" in event["detail"], event
        before = len(audit.events())
        let_in(programs.login(taro, [taro.password, ""]))
        assert [event["event"] for event in audit.events()[before:]] == ["auth"]


def test_an_enrolment_asks_for_a_touch_when_the_key_blinks_for_it(case):
    """What blinks before is another's: who is told to touch then has touched for that login."""
    with offered("su", timeout="20s"):
        taro, key = holder()
        hanako = users.new("hanako")
        mine = plugged(slot2=f"hmac:{SECRET}:touch")
        argv = ["mfa-enroll", "add", hanako.name, "yubikey", "--secret-stdin", "hex", "--serial", str(mine.serial)]
        key.touch(False)
        with Terminal(argv) as terminal:
            terminal.expect(PROMPT)
            with waiting(taro, users.new("jiro"), key) as login:
                terminal.answer(SECRET)
                terminal.expect("a YubiKey is in use by a login: do not touch it yet")
                assert "Touch" not in terminal.transcript, terminal.transcript
                key.touch(True)
                login.expect(programs.came_in(taro.name))
            terminal.expect(r"Touch the YubiKey that blinks \(1 of 2\)")
            terminal.expect(r"Touch the YubiKey that blinks \(2 of 2\)")
            assert terminal.wait() == 0, terminal.transcript


def test_the_code_is_taken_while_the_key_is_in_use(case):
    with offered("su", "login", timeout="10s"):
        taro, key = holder()
        hanako, token = enroll.person("hanako", kind="hotp")
        key.touch(False)
        with waiting(taro, users.new("jiro"), key):
            outcome = programs.login(hanako, [hanako.password, "", token.next()])
            let_in(outcome, prompts=3)
            assert re.fullmatch(r"Don't touch yet \(su, pts/\d+\). Enter or code:", outcome.prompts[2])


def test_two_logins_at_once_on_one_key(case):
    """Each has its turn; all are let in, by a touch of their own."""
    with offered("login", timeout="10s"):
        taro, key = holder()
        answers = [taro.password, "", *[softkey.enter_again] * 28]
        before = int(key.show()["challenges"])
        outcomes = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(programs.login(taro, answers)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outcomes) == 4
        for outcome in outcomes:
            assert outcome.let_in, outcome
        assert int(key.show()["challenges"]) == before + 4 and failures(taro) == 0


def test_a_remote_login_is_never_offered_the_key(case):
    with offered("sshd"), ssh.Server():
        taro, key = holder()
        outcome = ssh.login(taro, [taro.password, ""])
        refused(outcome)
        assert outcome.prompts[1].endswith("One-time code:"), outcome
        assert "YubiKey" not in outcome.text and key.show()["challenges"] == "2"  # of the enrolment


def test_nor_is_su_in_a_remote_session(case):
    """su knows no remote host, nor does a terminal of its own make it a login here."""
    with offered("su"), pamconf.password_only("sshd"), ssh.Server():
        taro, _ = holder()
        jiro = users.new("jiro")
        command = f"su {taro.name} -c '{programs.PROOF}'"
        spawned = f"""python3 -c 'import pty; exit(pty.spawn(["su", "{taro.name}", "-c", "true"]) != 0)'"""
        key = ssh.authorize(jiro)
        for line in (command, spawned):
            with ssh.terminal(jiro, key, line) as terminal:
                outcome = programs.converse(terminal, taro, [taro.password, ""])
            refused(outcome)
            assert outcome.prompts[1] == "One-time code:", outcome
        assert len(case.log("pam_mfa.*reason=no-code")) == 2


def test_the_plug_in_missing_or_unsafe(case):
    with offered("login"):
        taro, _ = holder()
        plug_in = next(Path("/usr").glob("lib*/**/pam_mfa/yubikey.so"))
        saved = plug_in.read_bytes()
        try:
            plug_in.unlink()
            outcome = programs.login(taro, [taro.password, ""])
            refused(outcome)
            assert "YubiKeys cannot be used on this machine." in outcome.text
            one_line(case, f"result=unavailable reason=key-unusable .*plug-in yubikey is not installed: {plug_in}")
            plug_in.write_bytes(saved)
            plug_in.chmod(0o775)
            refused(programs.login(taro, [taro.password, ""]))
            assert case.log("reason=key-unusable .*mode is 0775"), case.log("key-unusable")
            plug_in.unlink()
            plug_in.write_bytes(saved[:len(saved) // 8])
            plug_in.chmod(0o755)
            refused(programs.login(taro, [taro.password, ""]))
            assert case.log("reason=key-unusable .*is cut short"), case.log("key-unusable")
        finally:
            plug_in.unlink(missing_ok=True)
            plug_in.write_bytes(saved)
            plug_in.chmod(0o755)
        let_in(programs.login(taro, [taro.password, ""]))


def test_usb_that_may_not_be_opened(case):
    with offered("login"):
        taro, key = holder()
        key.faults("denied")
        refused(programs.login(taro, [taro.password, ""]))
        one_line(case, "result=unavailable reason=key-unusable .*Access denied")


def test_a_lock_on_codes_does_not_stop_the_key(case):
    with offered("login"):
        taro, _ = holder()
        for _ in range(5):
            refused(programs.login(taro, [taro.password, "123456"]))
        assert enroll.facts(taro)["sources_locked"] == 1
        let_in(programs.login(taro, [taro.password, ""]))
        assert enroll.facts(taro)["sources_locked"] == 1  # nor does the key end it


def test_a_suspended_key_is_refused_until_resumed(case):
    with offered("login"):
        taro, _ = holder()
        token = enroll.tokens(taro)[0]["token"]
        exits(enroll.run("suspend", taro.name, token), 0)
        refused(programs.login(taro, [taro.password, ""]))
        assert case.log("reason=token-suspended")
        exits(enroll.run("resume", taro.name, token), 0)
        let_in(programs.login(taro, [taro.password, ""]))


def test_one_string_for_every_question_uses_the_key(case):
    """As from a program that asks once and repeats the password."""
    with offered("login"):
        taro, key = holder()
        let_in(programs.login(taro, [taro.password, taro.password]))
        key.unplug()
        refused(programs.login(taro, [taro.password, taro.password]))
        assert failures(taro) == 0


def test_enrolment_does_not_overwrite_a_programmed_slot(case):
    softkey.fresh()
    taro = users.new()
    key = plugged(slot2=f"hmac:{SECRET}")
    exits(add(taro), 1, "slot 2 is programmed already; --force overwrites it")
    assert key.show()["writes"] == "0" and enroll.run("list", taro.name).returncode == 3
    exits(add(taro, "yubikey", "--slot", "1"), 0)
    exits(add(taro, "yubikey", "--force"), 0)
    assert {token["parameters"] for token in enroll.tokens(taro)} == {
        f"serial {key.serial}, slot 1, touch", f"serial {key.serial}, slot 2, touch"}


def test_a_key_is_one_persons(case):
    softkey.fresh()
    taro, hanako = users.new(), users.new("hanako")
    plugged()
    exits(add(taro), 0)
    exits(add(hanako, "yubikey", "--slot", "1"), 1, f"registered for {taro.name} already")
    exits(add(hanako, "yubikey-otp", "--no-confirm", "--slot", "1"), 1, f"registered for {taro.name} already")
    exits(enroll.run("remove", taro.name, enroll.tokens(taro)[0]["token"], "--yes"), 0)
    exits(add(hanako, "yubikey", "--force"), 0)


def test_whose_a_key_is_is_not_known_while_a_record_cannot_be_read(case):
    softkey.fresh()
    taro, hanako = users.new(), users.new("hanako")
    key = plugged()
    exits(add(taro), 0)
    record = product.record(taro)
    whole = record.read_bytes()
    record.write_bytes(b"no record")
    done = add(hanako, "yubikey", "--slot", "1")
    exits(done, 5, "nobody can tell whether this YubiKey is somebody else's")
    assert record.name in done.stderr and enroll.run("list", hanako.name).returncode == 3, done
    exits(enroll.run("yubikey"), 5, str(key.serial))
    record.write_bytes(whole)
    exits(enroll.run("yubikey"), 0, taro.name)


def test_old_keys_and_keys_without_serial_number_are_refused(case):
    taro = users.new()
    for options, said in (({"firmware": "2.1.0", "serial": 1}, "too old|serial number"),
                          ({"firmware": "2.0.0", "serial": 1}, "too old|serial number")):
        softkey.fresh()
        key = Key(**options)
        exits(add(taro), 1, said)
        assert key.show()["writes"] == "0"


def test_a_key_that_fails_while_it_is_enrolled_lets_nobody_in(case):
    for words in (["touch-after=never", "touch-ms=200"], ["answer-after=never"], ["bad-crc"]):
        softkey.fresh()
        taro, key = users.new(), plugged()
        key.faults(*words)
        exits(add(taro), 1, f"nothing was enrolled: slot 2 of YubiKey {key.serial} was overwritten")
        assert enroll.run("list", taro.name).returncode == 3
    softkey.fresh()
    taro, key = users.new(), plugged()
    for transfer in range(1, 120, 17):
        key.faults(f"unplug-after={transfer}")
        done = add(taro, "yubikey", "--force")
        key.mend()
        if done.returncode == 0:
            break  # it was out of reach of the fault
        assert "nothing was" in done.stderr, done
        assert enroll.run("list", taro.name).returncode == 3


def test_keys_programmed_elsewhere(case):
    with offered("login"):
        for words in ("", ":whole", ":touch"):
            softkey.fresh()
            taro, key = users.new(), plugged(slot2=f"hmac:{SECRET}{words}")
            touch = [] if words == ":touch" else ["--no-touch"]
            exits(add(taro, "yubikey", "--secret-stdin", "hex", *touch, stdin="0c" * 20 + "\n"), 1, "answers wrongly")
            exits(add(taro, "yubikey", "--secret-stdin", "hex", *touch, stdin=f"{SECRET}\n"), 0)
            assert key.show()["writes"] == "0"
            let_in(programs.login(taro, [taro.password, ""]))
            exits(enroll.run("remove", taro.name, enroll.tokens(taro)[0]["token"], "--yes"), 0)
        exits(add(taro, "yubikey", "--secret-stdin", "hex", "--no-confirm", "--serial", str(key.serial), "--slot", "2",
                  stdin=f"{SECRET}\n"), 0)
        let_in(programs.login(taro, [taro.password, ""]))


def test_the_list_of_keys(case):
    softkey.fresh()
    exits(enroll.run("yubikey"), 0, "No YubiKey found")
    taro = users.new()
    key = plugged(firmware="5.2.7")
    Key(serial=1111111, slot1=f"hmac:{SECRET}")
    exits(add(taro, "yubikey", "--serial", str(key.serial)), 0)
    done = enroll.run("yubikey", "--json")
    token = enroll.tokens(taro)[0]["token"]
    assert json.loads(done.stdout) == [
        {"serial": key.serial, "firmware": "5.2.7", "slot1": "empty", "slot2": "programmed", "touch_seconds": 15,
         "bound": [{"user": taro.name, "token": token, "kind": "yubikey", "slot": 2}]},
        {"serial": 1111111, "firmware": "5.4.3", "slot1": "programmed", "slot2": "empty",
         "touch_seconds": 15, "bound": []},
    ]
    exits(enroll.run("yubikey"), 0, f"slot 2: {taro.name}, token {token}")


def typist():
    """A person whose YubiKey types codes, programmed and proved by mfa-enroll."""
    taro, key = users.new(), plugged()
    with enroll.Terminal([enroll.PROGRAM, "add", taro.name, "yubikey-otp"]) as terminal:
        for _ in range(2):
            terminal.expect(enroll.PROMPT)
            terminal.send(key.type(2))
        assert terminal.wait() == 0, terminal.transcript
    return taro, key


def test_typed_codes_at_login_and_sshd(case):
    with offered("login", "sshd"), ssh.Server():
        taro, key = typist()
        used = key.type(2)
        let_in(programs.login(taro, [taro.password, used]))
        refused(programs.login(taro, [taro.password, used]))
        assert case.log("reason=code-used") and failures(taro) == 0
        outcome = ssh.login(taro, [taro.password, key.type(2)])
        let_in(outcome)
        skipped, later = key.type(2), key.type(2)
        let_in(programs.login(taro, [taro.password, later]))
        refused(programs.login(taro, [taro.password, skipped]))
        key.unplug()
        key.plug()
        let_in(programs.login(taro, [taro.password, key.type(2)]))


LAYOUTS = ("CBDEFGHIJKLNRTUV", "jxe.uidchtnbpygk", "cbsftdhuneikpglv", "xkipe,cdtsr'o\u00e8v.",
           "\u305d\u3053\u3057\u3044\u306f\u304d\u304f\u306b\u307e\u306e\u308a\u307f\u3059\u304b\u306a\u3072")


def test_a_code_through_another_layout_lets_in(case):
    """Caps Lock, Dvorak, Colemak, b\u00e9po, and kana keys."""
    with offered("login", "sshd"), ssh.Server():
        taro, key = typist()
        for layout in LAYOUTS:
            typed = key.type(2).translate(str.maketrans("cbdefghijklnrtuv", layout))
            let_in(programs.login(taro, [taro.password, typed]))
            refused(programs.login(taro, [taro.password, typed]))
        typed = key.type(2).translate(str.maketrans("cbdefghijklnrtuv", LAYOUTS[1]))
        let_in(ssh.login(taro, [taro.password, typed]))
        assert case.log("reason=code-used") and failures(taro) == 0


def test_a_garbled_code_is_asked_for_again(case):
    kana = "\u304b\u304d\u304f\u3051\u3053\u3055\u3057\u3059\u305b\u305d"
    with offered("login"):
        taro, key = typist()
        outcome = programs.login(taro, [taro.password, kana, key.type(2)])
        let_in(outcome, prompts=3)
        assert outcome.prompts[2].startswith("Garbled: Japanese IME?"), outcome
        assert failures(taro) == 0
        refused(programs.login(taro, [taro.password, kana, kana, kana]), prompts=4)
        assert case.log("reason=code-garbled") and failures(taro) == 0


def test_a_key_that_is_touched_too_early(case):
    """Slot 1 of a new key types a code of the maker's, and Enter: no guess, and the key is asked."""
    with offered("login", "sshd"), ssh.Server():
        taro, key = users.new(), plugged(slot1=f"otp:cccccccccccb:010203040506:{'0b' * 16}")
        exits(add(taro), 0, "Enrolled: yubikey token")
        outcome = programs.login(taro, [taro.password, key.type(1)])
        let_in(outcome)
        assert failures(taro) == 0
        typed = key.type(1)
        key.unplug()
        outcome = programs.login(taro, [taro.password, typed, key.mend])
        let_in(outcome, prompts=3)
        assert outcome.prompts[2].startswith("No YubiKey."), outcome
        for _ in range(6):
            outcome = ssh.login(taro, [taro.password, key.type(1)])
            refused(outcome, prompts=2)
            assert "registered" not in str(outcome), outcome
        assert failures(taro) == 0 and case.log("reason=key-typed")


def test_a_typed_code_that_factors_do_not_name_has_the_reason(case):
    softkey.fresh()
    taro, key = users.new(), plugged()
    exits(add(taro, "yubikey-otp", "--slot", "1", "--no-confirm"), 0)
    with product.config(zone={"factors": "totp"}), Terminal(["mfa-enroll", "test", taro.name]) as terminal:
        for _ in range(3):
            terminal.expect(PROMPT)
            terminal.answer(key.type(1))
        assert terminal.wait() == 1
        assert "yubikey-otp is not in factors" in terminal.transcript, terminal.transcript


def test_codes_of_a_key_programmed_elsewhere(case):
    public, private, aes = "vvcccccccccb", "010203040506", "000102030405060708090a0b0c0d0e0f"
    with offered("login"):
        for line in (f"7654321,{public},{private},{aes},000000000000,2026-01-01T00:00:00,",
                     f"Yubico OTP,1/1/26 00:00,2,{public},{private},{aes},,,0,0,0,0,0,0,0,0,0,0"):
            softkey.fresh()
            taro = users.new()
            key = plugged(slot2=f"otp:ff0000000001:{private}:{aes}")
            exits(add(taro, "yubikey-otp", "--secret-stdin", "csv", "--no-confirm", stdin=line + "\n"), 0)
            let_in(programs.login(taro, [taro.password, key.type(2)]))
            exits(add(users.new("hanako"), "yubikey-otp", "--secret-stdin", "csv", "--no-confirm", stdin=line + "\n"),
                  1, f"registered for {taro.name} already")
            exits(enroll.run("remove", taro.name, enroll.tokens(taro)[0]["token"], "--yes"), 0)


def test_hotp_of_a_yubikey_with_its_identifier(case):
    with offered("login"):
        secret = os.urandom(20)
        taro, key = users.new(), plugged(slot1=f"hotp:{secret.hex()}")
        token = otp.Token(secret, "hotp")
        exits(enroll.add_secret(taro, token), 0)
        let_in(programs.login(taro, [taro.password, key.type(1)]))
        let_in(programs.login(taro, [taro.password, "ubnu07654321" + key.type(1)]))


def test_japanese_at_the_terminal(case):
    zone = {"factors": "yubikey totp hotp yubikey-otp", "yubikey_any_session": "yes"}
    with japanese_locale(), offered("su"):
        taro, key = holder()
        with product.config(host={"language": "ja"}, zone=zone):
            in_japanese(taro, key)


def in_japanese(taro, key):
    key.unplug()
    outcome = programs.su(taro, [taro.password, "", lambda: key.plug() or ""], caller=users.new("jiro"))
    let_in(outcome, prompts=3)
    assert outcome.prompts[1:] == [
        "YubiKey: Enter 後タッチかコード:",
        "YubiKey なし。 Enter かコード:",
    ]
    key.touch(False)
    with waiting(taro, users.new("jiro"), key) as thief:
        outcome = programs.su(taro, [taro.password, "", lambda: touched(key, taro, thief), ""],
                              caller=users.new("jiro"))
        let_in(outcome, prompts=4)
    where = rf"su, pts/\d+, {taro.name}"
    assert re.fullmatch(rf"触れないで:使用中 \({where}\)。 Enter かコード:", outcome.prompts[2]), outcome
    assert re.fullmatch(rf"他で応答済み \({where}\)。 Enter かコード:", outcome.prompts[3])
