# SPDX-License-Identifier: BSD-2-Clause
"""One person under several names: the name service's own decides, whatever was typed."""

import json
import re
from datetime import date, timedelta

from e2e import as_user, audit, authd_client, enroll, names, pam, pamconf, product, programs, ssh, users
from e2e.checks import exits, let_in, module_lines, one_line, refused


def rolling_out(**keys):
    day = (date.today() + timedelta(days=2)).isoformat()
    return product.config(zone={"grace_until": day, "grace_reason": "roll-out", **keys})


def came_in(outcome, user, prompts=2):
    """By another spelling of the name the user came in."""
    assert f"logged in as {user.name}\n" in outcome.text and len(outcome.prompts) == prompts, outcome


def kept_out(outcome, user):
    assert f"logged in as {user.name}\n" not in outcome.text and len(outcome.prompts) == 2, outcome


def finding(found_by):
    """What check says of the accounts, by the findings' words."""
    said = json.loads(enroll.run("check", "--json").stdout)
    return {item["id"]: item for item in said["findings"]}.get(found_by)


def test_another_spelling_is_no_way_into_the_roll_out(case):
    taro, token = enroll.person(kind="hotp")
    hanako = users.new("hanako")
    with names.folding(), rolling_out(max_failures=9), pamconf.wired("sshd", "login"), ssh.Server():
        let_in(ssh.login(hanako, [hanako.password]), prompts=1)
        for name in names.spellings(taro):
            kept_out(ssh.login(name, [taro.password, token.wrong()]), taro)
            assert f"user={taro.name} typed=" in module_lines(case)[-1], module_lines(case)
        kept_out(programs.login(taro.name.upper(), [taro.password, token.wrong()]), taro)
        kept_out(ssh.login(hanako.name.upper(), [hanako.password, "123456"]), hanako)
        line = module_lines(case)[-1]
        assert f"user={hanako.name} typed={hanako.name.upper()} " in line and "detail=\"grace_until is for" in line, line
        came_in(ssh.login(taro.name.upper(), [taro.password, token.next()]), taro)
    assert enroll.facts(taro)["failures"] == 0
    assert {event.get("typed") for event in audit.events() if event.get("user") == taro.name} >= set(names.spellings(taro))
    audit.check_chain()


def test_a_code_is_used_and_failures_are_counted_once_for_all_spellings(case):
    taro, token = enroll.person(kind="hotp")
    with names.folding(), product.config(zone={"max_failures": 3}), pamconf.wired("sshd"), ssh.Server():
        came_in(ssh.login(taro.name.upper(), [taro.password, token.next()]), taro)
        refused(ssh.login(taro, [taro.password, token.last()]))
        for name in names.spellings(taro)[:3]:
            kept_out(ssh.login(name, [taro.password, token.wrong()]), taro)
        refused(ssh.login(taro, [taro.password, token.next()]))
    assert "reason=locked" in module_lines(case)[-1]


def test_a_public_key_and_another_spelling_do_not_pass_the_gate(case):
    taro, token = enroll.person()
    with names.folding(), pamconf.wired("sshd"), ssh.Server():
        outcome = ssh.login(taro.name.upper(), methods="publickey", key=ssh.authorize(taro))
    refused(outcome, prompts=0)
    one_line(case, f"event=account result=denied reason=auth-not-passed .*user={taro.name} typed={taro.name.upper()} ")


def test_a_zone_without_mfa_is_for_the_name_as_it_is(case):
    kiosk = users.new("kiosk")
    taro, token = enroll.person(kind="hotp")
    text = (f"[host]\nzone = mynumber\n[zone open]\nusers = {kiosk.name} KIOSK* *city* second-*\nmfa = off\n"
            f"[zone strict]\nusers = {taro.name}\nfactors = hotp\n[zone mynumber]\n")
    with names.folding(), product.written(product.CONFIG, text), pamconf.wired("sshd"), ssh.Server():
        let_in(ssh.login(kiosk, [kiosk.password]), prompts=1)
        for name in names.spellings(kiosk):
            kept_out(ssh.login(name, [kiosk.password, "123456"]), kiosk)
        with names.second(kiosk, "second-kiosk"):
            kept_out(ssh.login("second-kiosk", [kiosk.password, "123456"]), kiosk)
        came_in(ssh.login(taro.name.upper(), [taro.password, token.next()]), taro)
        assert "zone=strict" in module_lines(case)[-1]
        name = kiosk.name.upper()
        exits(enroll.run("check", "--explain", kiosk.name, "sshd"), 0, "needs no second factor")
        done = enroll.run("check", "--explain", name, "sshd")
        exits(done, 0, rf"zone open\] no: mfa = off is for names as(?s:.*){name} needs a second factor")
        assert f"knows {name} as {kiosk.name}" in done.stderr, done


def test_a_second_name_of_an_id_is_asked_and_told_of(case):
    taro, token = enroll.person(kind="hotp")
    with rolling_out(), pamconf.wired("su"):
        assert finding("uid-shared") is None
        with names.second(taro, "second-taro"):
            refused(programs.su("second-taro", [taro.password, "123456"], caller=users.new("jiro")))
            found = finding("uid-shared")
            assert found["level"] == "hole" and f"second-taro = {taro.name} = {taro.uid}" in found["text"], found
            exits(enroll.run("check"), 1, "HOLE.*two names share one user id")
        assert finding("uid-shared") is None


def test_names_that_the_name_service_does_not_list_are_found_by_their_records(case):
    taro = users.new()
    with names.folding():
        names.UNLISTED.write_text(f"ayame:x:{taro.uid}:100::/:/bin/sh\nkaede:x:70001:100::/:/bin/sh\n")
        for name in ("ayame", "kaede"):
            assert enroll.add_secret(name, enroll.otp.Token(b"a" * 20)).returncode == 0
        assert f"ayame = {taro.name} = {taro.uid}" in finding("uid-shared")["text"]
        names.UNLISTED.write_text(f"kaede:x:70001:100::/:/bin/sh\nayame:x:70001:100::/:/bin/sh\n")
        assert "ayame = kaede = 70001" in finding("uid-shared")["text"]
        names.UNLISTED.write_text(f"kaede:x:70001:100::/:/bin/sh\nayame:x:70002:100::/:/bin/sh\n")
        assert finding("uid-shared") is None


def call(name, answers, caller):
    """A login in a process of the caller's own."""
    return pam.call(name, answers, wrapper=as_user.ids(caller))


def verify_lines(case):
    return case.log(r"\bmfa-authd\[\d+\]: pam_mfa\(mfa-test:auth\): event=verify ")


def test_a_program_that_is_not_root_asks_for_the_same_person(case):
    taro, token = enroll.person(kind="hotp")
    jiro = users.new("jiro")
    name = taro.name.upper()
    with names.folding(), rolling_out(), pam.module_alone():
        assert call(name, [token.next()], taro).code == pam.SUCCESS
        assert f"user={taro.name} typed={name} " in verify_lines(case)[-1]
        assert call(name, [token.wrong()], taro).code == pam.AUTH_ERR
        assert call(name, [], jiro).code == pam.UNAVAILABLE
        assert call(jiro.name.upper(), ["123456"], jiro).code == pam.AUTH_ERR
        assert "reason=not-enrolled" in verify_lines(case)[-1]
    with names.folding(), rolling_out(), pam.ignore_succeeds():
        assert call(jiro.name, [], jiro).code == pam.SUCCESS


def test_a_program_of_two_names_is_refused_and_the_line_says_why(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone(), names.second(taro, "second-taro"):
        assert call("second-taro", [], taro).code == pam.AUTH_ERR
        line = verify_lines(case)[-1]
        assert re.search(rf"result=denied reason=uid-shared .*user=second-taro .*user id {taro.uid} has another", line), line
        assert audit.last()["reason"] == "uid-shared"
        assert authd_client.once(taro, token.next()) == authd_client.ALLOWED
    audit.check_chain()


def test_mfa_enroll_works_on_the_name_services_name(case):
    taro = users.new()
    name = taro.name.upper()
    with names.folding():
        token = enroll.otp.Token(b"b" * 20, "hotp")
        exits(enroll.add_secret(name, token), 0, f"knows {name} as {taro.name}; that name is used")
        assert product.record(taro).exists() and not (product.USERS / name).exists()
        assert (audit.last()["user"], audit.last()["typed"]) == (taro.name, name)
        exits(enroll.run("list", name), 0, token_line := rf"(?m)^{taro.name} ")
        exits(enroll.run("show", name), 0, f"User: {taro.name}")
        exits(enroll.run("test", name, stdin=token.next() + "\n"), 0, f"of {taro.name}")
        exits(enroll.run("unlock", name), 0, f"There was no lock of {taro.name}")
        assert enroll.run("add", "NOBODY-HERE", "totp").returncode == 3
        assert re.search(token_line, enroll.run("list").stdout)


def test_a_record_by_another_spelling_is_told_of_and_can_be_removed(case):
    taro = users.new()
    name = taro.name.upper()
    assert enroll.add_secret(name, enroll.otp.Token(b"c" * 20), ["--allow-unknown"]).returncode == 0
    with names.folding():
        found = finding("record-renamed")
        assert found["level"] == "warning" and f"{name} -> {taro.name}" in found["text"], found
        done = enroll.run("list", name, "--json")
        exits(done, 0, f"no login uses the record of {name}")
        (item,) = json.loads(done.stdout)
        exits(enroll.run("--yes", "remove", name, item["token"]), 0)
        assert not (product.USERS / name).exists() and finding("record-renamed") is None
