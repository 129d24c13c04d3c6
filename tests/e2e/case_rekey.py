# SPDX-License-Identifier: BSD-2-Clause
"""A new store key: what it mends, what it does not, and the trail that goes on under it."""

import json
import re
import shutil
import subprocess
import time
from datetime import datetime, timezone

from e2e import audit, clock, enroll, pam, product
from e2e.checks import exits

SECRET = "3132333435363738393031323334353637383930\n"


def rekey(*options):
    done = enroll.run("--yes", "rekey", *options)
    exits(done, 0, "Sealed anew")
    return done.stdout


def verify(*words):
    """The exit status, and what it found."""
    done = enroll.run("verify", "--json", *words)
    return done.returncode, json.loads(done.stdout)


def add_unknown(name):
    exits(enroll.run("add", name, "hotp", "--secret-stdin", "hex", "--no-confirm", "--allow-unknown", stdin=SECRET), 0)


def left_to_do():
    done = enroll.run("list", "--before-rekey", "--json")
    exits(done, 0)
    return [token["user"] for token in json.loads(done.stdout)]


def wait_for_the_next_second():
    begin = int(time.time())
    while int(time.time()) == begin:
        time.sleep(0.02)


def test_it_says_who_must_be_enrolled_anew(case):
    assert not left_to_do()
    done = enroll.run("list", "--before-rekey")
    assert "no rekey" in done.stderr and done.stdout == "", done
    (taro, token), (hanako, _) = enroll.person("taro", "hotp"), enroll.person("hanako")
    enroll.give(hanako, "hotp")
    for number in range(12):
        add_unknown(f"zz{number:02}")
    said = rekey()
    assert re.search(r"the secrets of all tokens, and keeps them \(tokens: 15, users: 14\)", said), said
    assert "  totp 1, hotp 14\n" in said and "enrol these users anew" in said and "prune" in said, said
    assert f"  {hanako.name} (2)\n  {taro.name} (1)\n" in said and "  and 4 more users\n" in said, said
    assert "mfa-enroll list --before-rekey" in said and "rekey --trail" in said, said
    assert len(left_to_do()) == 15
    # the list grows shorter with the work; who is enrolled anew logs in
    wait_for_the_next_second()
    old = enroll.tokens(taro)[0]
    assert old["before_rekey"] is True
    token = enroll.give(taro, "hotp")
    exits(enroll.run("--yes", "remove", taro.name, old["token"]), 0)
    assert enroll.tokens(taro)[0]["before_rekey"] is False
    assert taro.name not in left_to_do() and len(left_to_do()) == 14
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    exits(enroll.run("list", "--before-rekey", taro.name), 0, "^Nobody is left: [^\n]*\n$")
    # from the next rekey on that one counts as well
    rekey()
    assert len(left_to_do()) == 15


def test_nobody_is_left_when_nobody_is_there(case):
    for path in product.USERS.glob("[!.]*"):
        path.unlink()
    done = enroll.run("list")
    assert done.stdout.split()[:2] == ["USER", "TOKEN"] and len(done.stdout.splitlines()) == 1, done
    assert "Sealed anew: 0 records." in rekey()
    enroll.person()
    exits(enroll.run("rekey", "--dry-run"), 0, "Dry run: 1 record can be")
    assert "Sealed anew: 1 record." in rekey()
    for path in product.USERS.glob("[!.]*"):
        path.unlink()
    exits(enroll.run("list", "--before-rekey"), 0, "^Nobody is left: [^\n]*\n$")


def test_a_clock_that_is_behind_hides_nobody(case):
    enroll.person()
    count = len(json.loads(enroll.run("list", "--json").stdout))
    with clock.off_by(-400 * 86400):
        assert f"(tokens: {count}, " in rekey()
    assert len(left_to_do()) == count


def test_the_help_says_what_it_does_not_do(case):
    said = enroll.run("rekey", "--help").stdout
    assert "enrol everybody anew" in said and "--trail" in said, said


def a_line(text, number):
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f'{{"seq":{number},"time":"{now}",{text}'.encode()


def forge(data, key, text='"event":"auth","user":"taro","result":"allowed"'):
    """The trail with a line more, of somebody who has this key."""
    last = data.splitlines()[-1]
    return data + audit.forged(a_line(text, json.loads(last)["seq"] + 1), audit.mac_in(last), key)


def forged_bridge(data, key):
    """The trail with a bridge more, of somebody who has this key."""
    hashed = audit.hashlib.blake2b(data, digest_size=32).hexdigest()
    last = audit.mac_in(data.splitlines()[-1]).hex()
    return forge(data, key, f'"event":"trail.rekey","result":"done","before_mac":"{last}","before_hash":"{hashed}"')


def test_the_old_key_writes_nothing_that_verifies(case):
    enroll.person()
    stolen = product.KEY.read_bytes()
    lines = audit.check_chain()
    rekey()
    assert product.KEY.read_bytes()[32:] == stolen[32:]  # so the thief could go on
    said = rekey("--trail")
    assert f"a bridge seals the {lines + 1} lines before" in said, said
    assert product.KEY.read_bytes()[32:] != stolen[32:]
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    exits(enroll.run("verify"), 0, rf"verified, {audit.check_chain()} lines, .*\n.*line {lines + 2} \(.*seals")
    data = product.AUDIT.read_bytes()
    bridge = data.splitlines(keepends=True)[lines + 1]
    before, behind = data.split(bridge)
    key = product.KEY.read_bytes()
    for forgery, bad in (
        (forge(data, stolen), data.count(b"\n") + 1),
        (forged_bridge(data, stolen), data.count(b"\n") + 1),
        (forge(before, stolen) + bridge + behind, lines + 3),
        (before.replace(b'"denied"', b'"allowed"').replace(b"init", b"exit") + bridge + behind, lines + 2),
        (forged_bridge(before, stolen), 1),
        (forge(before, stolen), 1),
    ):
        with product.kept(product.AUDIT):
            product.AUDIT.write_bytes(forgery)
            assert audit.first_bad_line(forgery, [key]) == bad
            status, found = verify()
            assert (status, found["verified"], found["first_bad"]) == (5, False, bad), found
            exits(enroll.run("verify"), 5, f"audit.jsonl:{bad}: ")
    assert verify() == (0, verify(str(product.AUDIT))[1])


def test_each_trail_is_verified_by_itself(case):
    add_unknown("jiro-a")
    before = shutil.move(product.AUDIT, "/tmp/rotated.1")
    exits(enroll.run("verify"), 1, "audit.jsonl: cannot open")
    assert verify(before)[0] == 0
    missing = "audit.jsonl: there are records, but no audit trail(?s:.*)no copy of it verifies"
    with product.unchanged(product.STORE, product.AUDIT.parent, product.KEY.parent):
        exits(enroll.run("rekey", "--trail", stdin="n\n"), 1, missing)
        exits(enroll.run("rekey", "--trail", "--dry-run"), 0, missing)
        assert "no audit trail" not in enroll.run("rekey", "--dry-run").stderr
    done = enroll.run("--yes", "rekey", "--trail")  # the bridge is the first line
    exits(done, 0, missing)
    assert "begins with the bridge: there was no line before" in done.stdout and " 0 lines" not in done.stdout, done
    assert re.search(r"records?; there was no trail, [0-9a-f]{64}$", audit.events()[-1]["detail"]), audit.events()[-1]
    status, found = verify()
    assert (status, found["bridge"], found["lines"]) == (0, 1, 2), found
    audit.check_chain()
    behind = shutil.move(product.AUDIT, "/tmp/rotated.2")
    add_unknown("jiro-b")
    status, found = verify()
    assert (status, found["bridge"], found["lines"]) == (0, None, 1), found
    assert verify(behind)[0] == 0
    exits(enroll.run("verify", before), 5, r"rotated.1:1: (.|\n)*rotated away before rekey --trail")
    with open(behind, "rb") as file, subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) as unpacked:
        done = subprocess.run(["mfa-enroll", "verify", "/dev/stdin"], stdin=unpacked.stdout, capture_output=True)
    assert done.returncode == 0, done


def test_a_broken_trail_is_sealed_on_demand_alone(case):
    add_unknown("jiro-c")
    with product.kept(product.AUDIT), product.AUDIT.open("ab") as trail:
        trail.write(b'{"seq":')  # as a power failure may leave it
        trail.close()
        bad = product.AUDIT.read_bytes().count(b"\n") + 1
        with product.unchanged(product.STORE, product.AUDIT.parent, product.KEY.parent):
            exits(enroll.run("--yes", "rekey", "--trail"), 5, f"audit.jsonl:{bad}: the chain is broken here")
            exits(enroll.run("--yes", "rekey", "--trail"), 5, "rekey --trail --broken-trail seals it")
            exits(enroll.run("rekey", "--trail", "--dry-run"), 5, f"audit.jsonl:{bad}: ")
            exits(enroll.run("rekey", "--trail", "--broken-trail", "--dry-run"), 0, f"audit.jsonl:{bad}: ")
            exits(enroll.run("--yes", "rekey", "--broken-trail"), 2, "for --trail only")
        rekey("--trail", "--broken-trail")
        assert b"lines of the trail, broken before, " in product.AUDIT.read_bytes()
        status, found = verify()
        assert (status, found["broken"], found["bridge"]) == (0, bad, bad + 1), found
        exits(enroll.run("verify"), 0, f"the first bad line was {bad}")
        rekey("--trail")
        assert verify()[1]["broken"] == bad
        rekey("--trail")  # so that the trail as it was verifies no more, and nobody takes it for whole
    rekey_needs = enroll.run("--yes", "rekey", "--trail")
    exits(rekey_needs, 5, "audit.jsonl:1: ")
    product.AUDIT.unlink()
    rekey("--trail")
    assert audit.check_chain() == 2
