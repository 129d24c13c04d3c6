# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll check --explain: the zone that decides, as the login itself finds it."""

import json

from e2e import enroll, pamconf, product, programs, users
from e2e.checks import exits, let_in, refused

ZONES = """[host]
zone = mynumber
[zone kiosk]
mfa = off
users = kiosk*
services = login
[zone branch]
rhosts = 192.0.2.0/24
gate = sshd
factors = hotp
[zone staff]
mfa = off
groups = no-such-group
[zone mynumber]
factors = totp hotp
"""


def explain(*words):
    done = enroll.run("check", "--json", "--explain", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_first_zone_that_matches_decides(case):
    with product.written(product.CONFIG, ZONES):
        found = explain("kiosk1", "login")
        assert (found["zone"], found["mfa"]) == ("kiosk", "off"), found
        found = explain("taro", "sshd", "192.0.2.7")
        assert (found["zone"], found["mfa"], found["gate"]) == ("branch", "on", "yes"), found
        assert found["looked_at"][0] == {"zone": "kiosk", "match": "no", "condition": "services"}
        found = explain("taro", "sshd", "198.51.100.7")
        assert found["zone"] == "mynumber", found
        # a host name cannot be compared with an address: the second factor is needed
        assert explain("taro", "sshd", "host.example")["zone"] == "branch"
        # nor does a group that nobody knows switch it off
        assert {"zone": "staff", "match": "unknown", "condition": "groups"} in found["looked_at"]
        exits(enroll.run("check", "--explain", "kiosk1", "login"), 0, r"kiosk1 needs no second factor at login")


def test_what_it_says_is_what_the_login_does(case):
    kiosk, taro = users.new("kiosk"), users.new()
    with product.written(product.CONFIG, ZONES), pamconf.wired("login"):
        assert explain(kiosk.name, "login")["mfa"] == "off"
        let_in(programs.login(kiosk, [kiosk.password]), prompts=1)
        assert explain(taro.name, "login")["mfa"] == "on"
        refused(programs.login(taro, [taro.password, "123456"]))


def test_words_that_are_missing_or_too_many(case):
    exits(enroll.run("check", "--explain", "taro"), 2, "USER and SERVICE go with --explain")
    exits(enroll.run("check", "taro", "login"), 2, "USER and SERVICE go with --explain")


def test_a_grace_is_listed(case):
    with product.config(zone={"grace_until": "2099-12-31", "grace_reason": "roll-out"}):
        exits(enroll.run("check"), 1, "until the end of 2099-12-31 people without an authenticator get in")
    with product.config(zone={"grace_until": "2020-12-31", "grace_reason": "roll-out"}):
        exits(enroll.run("check"), 1, "grace_until is over since 2020-12-31")
