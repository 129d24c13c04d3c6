# SPDX-License-Identifier: BSD-2-Clause
"""Tokens of a kind that the zone's factors do not name: nobody gets in with one, and it is said why."""

from e2e import audit, enroll, otp, product, users
from e2e.case_check import host_findings
from e2e.checks import exits
from e2e.terminal import PROMPT, Terminal

WARNING = 'no zone accepts hotp: add it to "factors" in /etc/pam_mfa/mfa.conf'
SECRET = "0b" * 20


def add_hotp(user):
    return enroll.run("add", user.name, "hotp", "--secret-stdin", "hex", "--no-confirm", stdin=f"{SECRET}\n")


def test_add_warns_of_a_kind_that_no_zone_accepts(case):
    with product.config(zone={"factors": "totp yubikey"}):
        done = add_hotp(users.new())
        exits(done, 0, "Enrolled: hotp token")
        assert WARNING in done.stderr, done
    with product.config(zone={"factors": "hotp"}):
        assert "no zone accepts" not in add_hotp(users.new()).stderr


def test_check_names_people_whose_tokens_no_factor_accepts(case):
    taro, hanako = users.new(), users.new("hanako")
    exits(add_hotp(taro), 0)
    exits(add_hotp(hanako), 0)
    enroll.give(hanako)
    assert "people-unaccepted" not in host_findings()
    with product.config(zone={"factors": "totp yubikey"}):
        found = host_findings()
    level, text = found["people-unaccepted"]
    assert level == "warning" and taro.name in text and hanako.name not in text, found
    assert hanako.name in found["people-one"][1], found  # the other one is of no use
    assert taro.name not in found.get("people-unenrolled", ("", ""))[1], found


def test_a_wrong_code_has_the_reason_in_test_and_trail(case):
    taro = users.new()
    exits(add_hotp(taro), 0)
    with product.config(zone={"factors": "totp yubikey"}), Terminal(["mfa-enroll", "test", taro.name]) as terminal:
        terminal.expect(PROMPT)
        terminal.answer(otp.Token(bytes.fromhex(SECRET), "hotp").next())
        assert terminal.wait() == 1
        assert '"factors" of the zone names no kind' in terminal.transcript, terminal.transcript
    line = [line for line in audit.events() if line.get("user") == taro.name][-1]
    assert line["reason"] == "code-wrong" and '"factors"' in line["detail"], line
