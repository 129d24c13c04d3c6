# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll on what is enrolled: list, show, test, suspend, resume, remove, unlock, resync."""

import fcntl
import json
import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from e2e import audit, enroll, pam, product, users
from e2e.checks import exits
from e2e.terminal import PROMPT, Terminal

FIELDS = {"user", "token", "kind", "label", "state", "created", "created_by", "last_used",
          "failures", "locked_until", "local_only", "sources_locked", "sources_locked_until"}


def token_of(user):
    return enroll.tokens(user)[-1]["token"]


def moment(text):
    when = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs((datetime.now(timezone.utc) - when).total_seconds()) < 120, text
    return when


def answered(argv, *answers):
    """Runs on a terminal; gives exit status and transcript."""
    with Terminal(["mfa-enroll", *argv]) as terminal:
        for answer in answers:
            terminal.expect(PROMPT)
            terminal.send(answer)
        return terminal.wait(), terminal.transcript


def test_list_tells_all_but_secrets(case):
    taro, token = enroll.person(kind="hotp")
    exits(enroll.run("add", taro.name, "totp", "--label", 'the "second"\\', "--no-confirm"), 0)
    first, second = enroll.tokens(taro)
    assert FIELDS <= first.keys() and first.keys() == second.keys(), first
    assert first["user"] == second["user"] == taro.name and first["token"] != second["token"]
    assert (first["kind"], second["kind"]) == ("hotp", "totp")
    assert (first["state"], first["created_by"], first["label"]) == ("active", "root", "")
    assert second["label"] == 'the "second"\\'
    assert (first["last_used"], first["failures"], first["locked_until"]) == (None, 0, None)
    moment(first["created"])
    with pam.module_alone():
        pam.call(taro, [token.wrong()])
        assert enroll.tokens(taro)[0]["failures"] == 1
        pam.call(taro, [token.next()])
    first, second = enroll.tokens(taro)
    moment(first["last_used"])
    assert (first["failures"], second["last_used"]) == (0, None)


def test_list_of_all_is_sorted_and_holds_everybody(case):
    names = sorted(enroll.person(stem)[0].name for stem in ("taro", "hanako", "jiro"))
    done = enroll.run("list", "--json")
    exits(done, 0)
    found = [entry["user"] for entry in json.loads(done.stdout)]
    assert found == sorted(found) and set(names) <= set(found)
    said = enroll.run("list", "--help").stdout
    for word in ("suspended", "refused", "retired", "absent", "other-uid", "moving", "source", "remote", "timed", "yes"):
        assert re.search(rf"\b{word}\b", said), (word, said)
    table = enroll.run("list").stdout.splitlines()
    assert table[0].split()[:4] == ["USER", "TOKEN", "KIND", "STATE"]
    assert [line.split()[0] for line in table[1:]] == found


def test_show_tells_all_but_secrets(case):
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 2}), pam.module_alone("explain"):
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        for _ in range(2):
            pam.call(taro, [token.wrong()])
        facts = enroll.facts(taro)
        shown = enroll.run("show", taro.name).stdout
        assert enroll.run("list", taro.name).stdout.split()[-1] == "timed"
    for key in ("created", "last_success", "last_failure"):
        moment(facts[key])
    assert facts["failures"] == 2 and facts["locked_until"] and facts["user"] == taro.name
    assert facts["tokens"][0]["parameters"] == "sha1, 6 digits, next counter 1"
    assert f"User: {taro.name}" in shown and "Failures in a row: 2" in shown
    assert re.search(r"Locked until: \d{4}-", shown) and facts["tokens"][0]["token"] in shown


def test_test_counts_as_a_login(case):
    taro, token = enroll.person(kind="hotp")
    status, text = answered(["test", taro.name], token.next())
    assert status == 0 and f"Right: token {token_of(taro)} of {taro.name}." in text
    assert token.last() not in text
    exits(enroll.run("test", taro.name, stdin=token.last() + "\n"), 1, "has been used already")
    exits(enroll.run("test", taro.name, stdin=token.wrong() + "\n"), 1, "Authentication failed")
    assert enroll.tokens(taro)[0]["failures"] == 1
    exits(enroll.run("test", taro.name, stdin=token.next() + "\n"), 0)
    with pam.module_alone():
        assert pam.call(taro, [token.last()]).code == pam.AUTH_ERR
    exits(enroll.run("test", users.new().name, stdin="123456\n"), 3, "no authenticator enrolled")


def test_test_that_is_given_up_says_just_that(case):
    taro, _ = enroll.person()
    done = enroll.run("test", taro.name)
    exits(done, 1, "cancelled")
    assert "out of order" not in done.stdout, done
    assert enroll.tokens(taro)[0]["failures"] == 0


def test_suspend_and_resume(case):
    taro, token = enroll.person(kind="hotp")
    name = token_of(taro)
    exits(enroll.run("resume", taro.name, name), 1, "is active already")
    exits(enroll.run("suspend", taro.name, name), 0, f"Token {name} of {taro.name}: suspended")
    exits(enroll.run("suspend", taro.name, name), 1, "is suspended already")
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.AUTH_ERR
        exits(enroll.run("resume", taro.name, name), 0)
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    for event in ("token.suspend", "token.resume"):
        assert case.log(f"event={event} result=done user={taro.name} token={name} kind=hotp actor=root")


def test_a_suspended_token_leaves_the_other_alone(case):
    taro, token = enroll.person(kind="hotp")
    name = token_of(taro)
    other = enroll.give(taro, "hotp")
    exits(enroll.run("suspend", taro.name, name), 0)
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.AUTH_ERR
        assert pam.call(taro, [other.next()]).code == pam.SUCCESS


def test_remove_asks_first(case):
    taro, token = enroll.person(kind="hotp")
    other = enroll.give(taro, "hotp")
    first, second = (entry["token"] for entry in enroll.tokens(taro))
    for answer in ("n", "", "no", "yes please", "Yes"):
        with product.unchanged(product.STORE):
            status, text = answered(["remove", taro.name, first], answer)
        assert status == 1 and f"Remove token {first} of {taro.name}? It cannot be undone" in text
    with product.unchanged(product.STORE):
        exits(enroll.run("remove", taro.name, first), 1, "cancelled, nothing changed")
    status, text = answered(["remove", taro.name, first], "y")
    assert status == 0 and "its secret is erased" in text
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.AUTH_ERR
        assert pam.call(taro, [other.next()]).code == pam.SUCCESS
    exits(enroll.run("remove", taro.name, first), 3)
    status, text = answered(["remove", taro.name, second], "n")
    assert status == 1 and f"the last token of {taro.name}, who cannot log in without" in text
    exits(enroll.run("--yes", "remove", taro.name, second), 0)
    assert not product.record(taro).exists()
    exits(enroll.run("list", taro.name), 3)
    with pam.module_alone():
        assert pam.call(taro, [other.next()]).code == pam.AUTH_ERR
        assert case.log("reason=not-enrolled")
    assert audit.last()["event"] == "auth"


def test_removal_overwrites_the_sealed_secret(case):
    taro, _ = enroll.person()
    enroll.give(taro, "hotp")
    first, second = (entry["token"] for entry in enroll.tokens(taro))
    with open(product.record(taro), "rb") as file:
        before = file.read()
        exits(enroll.run("remove", taro.name, first, "--yes"), 0)
        file.seek(0)
        runs = lambda data: {data[i:i + 32] for i in range(0, len(data), 32)} - {bytes(32)}
        assert not runs(before) & runs(file.read()), "an older generation is still there"
        exits(enroll.run("remove", taro.name, second, "--yes"), 0)
        file.seek(0)
        assert os.fstat(file.fileno()).st_nlink == 0 and set(file.read()) == {0}


def test_unlock(case):
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 1, "lock_time": 0}), pam.module_alone():
        pam.call(taro, [token.wrong()])
        entry = enroll.tokens(taro)[0]
        assert (entry["locked"], entry["sources_locked_until"]) == (False, "unlock")
        assert "Sources locked: 1, until an administrator unlocks" in enroll.run("show", taro.name).stdout
        assert enroll.run("list", taro.name).stdout.split()[-1] == "source"
        assert pam.call(taro, [token.next()]).code == pam.AUTH_ERR
        exits(enroll.run("unlock", taro.name), 0, rf"^Unlocked: {taro.name}\. What was locked:\n  1 source of wrong codes\n$")
        entry = enroll.tokens(taro)[0]
        assert (entry["failures"], entry["sources_locked"], entry["sources_locked_until"]) == (0, 0, None)
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    acting = f"event=user.unlock result=done user={taro.name} actor=root"
    assert case.log(f'{acting} detail="1 source; after 1 failure"')
    exits(enroll.run("unlock", taro.name), 0, f"^There was no lock of {taro.name}\\.[^\n]*\n$")
    assert audit.last()["detail"] == "there was no lock; after 0 failures"
    with product.config(zone={"max_failures": 1}), pam.module_alone("explain"):
        pam.call(taro, [token.wrong()])
    exits(enroll.run("unlock", taro.name), 0, "the account, which was locked behind the password")
    assert case.log(f'{acting} detail="the account, behind the password; after 1 failure"')


def test_failures_of_all_ways_add_up(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        for count in range(1, 5):
            if count % 2:
                pam.call(taro, [token.wrong()])
            else:
                enroll.run("test", taro.name, stdin=token.wrong() + "\n")
            assert enroll.tokens(taro)[0]["failures"] == count
        pam.call(taro, [token.wrong()])
        assert enroll.tokens(taro)[0]["failures"] == 5


def test_resync_finds_a_totp_clock_again(case):
    for ahead in (-20, 20, 100):
        taro, token = enroll.person()
        name = token_of(taro)
        token.settle(10)
        step = token.step() + ahead
        with pam.module_alone():
            assert pam.call(taro, [token.at(step)]).code == pam.AUTH_ERR
            done = enroll.run("resync", taro.name, name, stdin=f"{token.at(step)}\n{token.at(step + 1)}\n")
            exits(done, 0, "Resynced")
            assert pam.call(taro, [token.at(step + 1)]).code == pam.AUTH_ERR
            assert pam.call(taro, [token.at(step + 2)]).code == pam.SUCCESS
        assert "drift" in enroll.tokens(taro)[0]["parameters"]
    assert case.log(f"event=token.resync result=done user={taro.name} token={name} kind=totp actor=root detail=")


def test_resync_finds_a_hotp_counter_again(case):
    taro, token = enroll.person(kind="hotp")
    name = token_of(taro)
    token.counter = 500
    with pam.module_alone():
        assert pam.call(taro, [token.at(500)]).code == pam.AUTH_ERR
        exits(enroll.run("resync", taro.name, name, stdin=f"{token.next()}\n{token.next()}\n"), 0, "Resynced")
        assert enroll.tokens(taro)[0]["parameters"].endswith("next counter 502")
        assert pam.call(taro, [token.last()]).code == pam.AUTH_ERR
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_resync_refuses_what_is_not_two_in_a_row(case):
    counting, hotp = enroll.person("hanako", "hotp", counter=100)
    clocked, totp = enroll.person()
    step = totp.step() + 30
    far = totp.step() + 500
    for user, token, codes in (
        (counting, hotp, (hotp.at(300), hotp.at(302))), (counting, hotp, (hotp.at(301), hotp.at(300))),
        (counting, hotp, (hotp.at(300), hotp.at(300))), (counting, hotp, (hotp.at(50), hotp.at(51))),
        (counting, hotp, (hotp.at(5000), hotp.at(5001))), (counting, hotp, (hotp.at(300), "12345")),
        (counting, hotp, ("", "")), (clocked, totp, (totp.at(step), totp.at(step + 2))),
        (clocked, totp, (totp.at(far), totp.at(far + 1))), (clocked, totp, (totp.at(step), totp.at(step))),
    ):
        with product.unchanged(product.STORE):
            done = enroll.run("resync", user.name, token_of(user), stdin="".join(f"{code}\n" for code in codes))
        exits(done, 1, "not two codes in a row")


def test_resync_does_not_bring_used_codes_back(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        used = [token.next(), token.next()]
        for code in used:
            assert pam.call(taro, [code]).code == pam.SUCCESS
    exits(enroll.run("resync", taro.name, token_of(taro), stdin="".join(f"{code}\n" for code in used)), 1)
    hanako, clock = enroll.person("hanako")
    clock.settle()
    with pam.module_alone():
        assert pam.call(hanako, [clock.next()]).code == pam.SUCCESS
    before = "".join(f"{clock.at(clock.last_step + n)}\n" for n in (-1, 0))
    exits(enroll.run("resync", hanako.name, token_of(hanako), stdin=before), 1)


def test_a_record_in_use_is_busy(case):
    taro, _ = enroll.person()
    with open(product.record(taro), "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        exits(enroll.run("unlock", taro.name), 6)
    exits(enroll.run("unlock", taro.name), 0)


def test_what_is_said_never_goes_into_a_record(case):
    """A caller has closed the three descriptors of input and output: what is opened must not take their place."""
    taro, _ = enroll.person(kind="hotp")
    command = f"exec strace -o /tmp/trace -e trace=pwrite64 mfa-enroll suspend {taro.name} {token_of(taro)}"
    done = subprocess.run(f"{command} <&- >&- 2>&-", shell=True, check=False)
    written = re.findall(r"(?m)^pwrite64\((\d+),", Path("/tmp/trace").read_text())
    assert len(written) >= 2 and not {"0", "1", "2"} & set(written), written
    assert done.returncode == 0 and enroll.tokens(taro)[0]["state"] == "suspended"


def test_the_actor_is_the_login_identity(case):
    """After su to root one is still who logged in."""
    hanako = users.new("hanako")
    taro, _ = enroll.person()
    done = subprocess.run(
        ["sh", "-c", f"echo {hanako.uid} >/proc/self/loginuid && exec mfa-enroll unlock {taro.name}"],
        capture_output=True, text=True)
    exits(done, 0)
    assert case.log(f"event=user.unlock .*user={taro.name} actor={hanako.name}\\b")
    assert (audit.last()["event"], audit.last()["actor"]) == ("user.unlock", hanako.name)
    done = subprocess.run(
        ["sh", "-c", f"echo {hanako.uid} >/proc/self/loginuid && exec mfa-enroll add {taro.name} totp --no-confirm"],
        capture_output=True, text=True)
    exits(done, 0)
    assert enroll.tokens(taro)[-1]["created_by"] == hanako.name


def test_the_audit_trail_tells_of_every_act_in_one_chain(case):
    start = len(audit.events())
    taro, token = enroll.person(kind="hotp")
    name = token_of(taro)
    with pam.module_alone():
        pam.call(taro, [token.next()])
        pam.call(taro, [token.wrong()], items={"tty": "/dev/pts/7", "rhost": "192.0.2.1"})
    enroll.run("suspend", taro.name, name)
    enroll.run("resume", taro.name, name)
    enroll.run("unlock", taro.name)
    enroll.run("remove", taro.name, name, "--yes")
    lines = audit.events()[start:]
    assert [line["event"] for line in lines] == [
        "token.add", "auth", "auth", "token.suspend", "token.resume", "user.unlock", "token.remove"]
    for line in lines:
        assert line["user"] == taro.name and line["host"] == os.uname().nodename
        moment(line["time"])
        assert line["event"] == "auth" or line["actor"] == "root"
    good, bad = lines[1], lines[2]
    assert (good["result"], good["reason"], good["token"], good["service"], good["zone"]) == (
        "allowed", "code-right", name, pam.SERVICE, "mynumber")
    assert (bad["result"], bad["reason"], bad["tty"], bad["rhost"]) == (
        "denied", "code-wrong", "/dev/pts/7", "192.0.2.1")
    assert audit.check_chain() == start + len(lines)


def test_verify_tells_of_the_trail_and_names_its_first_bad_line(case):
    enroll.person()
    events = audit.events()
    # a pipe whose command has failed
    exits(enroll.run("verify", "/dev/stdin", stdin=""), 5, "there is no line in it")
    found = json.loads(enroll.run("verify", "--json").stdout)
    assert found == {
        "file": str(product.AUDIT), "verified": True, "lines": len(events), "first": events[0]["time"],
        "last": events[-1]["time"], "first_bad": None, "bridge": None, "bridge_time": None, "broken": None}
    exits(enroll.run("verify"), 0, rf"^/\S+: verified, {len(events)} lines, \S+Z to \S+Z\.\n$")
    with product.kept(product.AUDIT):
        whole = product.AUDIT.read_bytes().splitlines(keepends=True)
        for lines, bad in (
            (whole[:1] + whole[2:], 2),
            (whole[:-1] + [whole[-1].replace(b'"root"', b'"toor"')], len(whole)),
            (whole[1:], 1),
            (whole + [b'{"seq":'], len(whole) + 1),
        ):
            product.AUDIT.write_bytes(b"".join(lines))
            exits(enroll.run("verify"), 5, f"audit.jsonl:{bad}: the chain is broken here")
            found = json.loads(enroll.run("verify", "--json").stdout)
            assert (found["verified"], found["first_bad"]) == (False, bad), found


def test_an_audit_line_that_was_altered_is_found(case):
    """Shows that the check of the chain could fail."""
    enroll.person()
    with product.kept(product.AUDIT):
        product.AUDIT.write_bytes(product.AUDIT.read_bytes().replace(b'"done"', b'"Done"', 1))
        try:
            audit.check_chain()
        except AssertionError:
            return
    raise AssertionError("not found")
