# SPDX-License-Identifier: BSD-2-Clause
"""The roll-out: people who are not enrolled yet, until a day."""

import json
from datetime import date, timedelta

from e2e import enroll, pamconf, product, programs, ssh, users
from e2e.checks import exits, let_in, one_line, refused


def until(day):
    return product.config(zone={"grace_until": day.isoformat(), "grace_reason": "roll-out"})


def test_the_unenrolled_get_in_with_a_warning(case):
    taro = users.new()
    with pamconf.wired("login", "sshd"), ssh.Server(), until(date.today() + timedelta(days=2)):
        outcome = programs.login(taro, [taro.password])
        let_in(outcome, prompts=1)
        assert "You have no authenticator yet. After " in outcome.text
        one_line(case, f"event=auth result=exempt reason=grace .*user={taro.name}")
        refused(programs.login(taro, ["wrong"]), prompts=1)
        let_in(ssh.login(taro, [taro.password]), prompts=1)  # through the gate


def test_a_key_alone_does_not_pass_the_gate_in_grace(case):
    taro = users.new()
    with pamconf.wired("sshd"), ssh.Server(), until(date.today() + timedelta(days=2)):
        refused(ssh.login(taro, methods="publickey", key=ssh.authorize(taro)), prompts=0)


def test_the_enrolled_need_their_code(case):
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("login"), until(date.today() + timedelta(days=2)):
        refused(programs.login(taro, [taro.password, "000000"]))
        let_in(programs.login(taro, [taro.password, token.next()]))


def roll_out(*arguments):
    """Exit status of a form of check, and whether it calls the roll-out a way around."""
    done = enroll.run("check", *arguments, "--json")
    said = json.loads(done.stdout)
    levels = {entry["id"]: entry["level"] for entry in said.get("findings", [])}
    if "proved" in said:
        assert said["proved"] == (done.returncode == 0), done
    return done.returncode, levels.get("grace") == "hole" or bool(said.get("grace"))


def test_every_form_of_check_calls_it_a_way_around(case):
    taro = users.new()
    forms = (["--service", "login"], ["--service", "login", "--pam-dir", "/etc/pam.d"],
             ["--root", "/", "--service", "login"], ["--explain", taro.name, "login"])
    with pamconf.wired("login"):
        for form in forms:
            assert roll_out(*form) == (0, False), form
        with until(date.today() - timedelta(days=2)):
            for form in forms:
                assert roll_out(*form) == (0, False), form
        with until(date.today() + timedelta(days=2)):
            let_in(programs.login(taro, [taro.password]), 1)
            for form in forms:
                assert roll_out(*form) == (1, True), form
            assert roll_out() == (1, True)
            exits(enroll.run("check", "--service", "login"), 1, r"(?s)HOLE +zone mynumber: until .*Not proved")
            exits(enroll.run("check", "--explain", taro.name, "login"), 1, "(?m)^zone mynumber: until ")


def test_check_looks_at_the_zones_of_the_service_alone(case):
    grace = f"grace_until = {date.today() + timedelta(days=2)}\ngrace_reason = roll-out\n"
    text = (f"[host]\nzone = mynumber\n[zone cups]\nservices = cups\n{grace}"
            "[zone mynumber]\nservices = *\n")
    with pamconf.wired("login"), product.written(product.CONFIG, text):
        assert roll_out("--service", "login") == (0, False)
        assert roll_out("--explain", "root", "login") == (0, False)
        assert roll_out() == (1, True)
    with pamconf.wired("login", arguments="zone=cups"), product.written(product.CONFIG, text):
        assert roll_out("--service", "login") == (1, True)
    other = product.CONFIG.with_name("other.conf")
    with pamconf.wired("login", arguments=f"conf={other}"), \
            product.written(other, text.replace("= cups", "= login")):
        assert roll_out("--service", "login") == (1, True)


def test_a_zone_that_depends_on_the_terminal_is_told_by_explain(case):
    grace = f"grace_until = {date.today() + timedelta(days=2)}\ngrace_reason = roll-out\n"
    text = ("[host]\nzone = mynumber\n[zone desk]\nttys = tty1\ngate = sshd\n%s"
            "[zone mynumber]\nservices = *\ngate = login\n")
    with product.written(product.CONFIG, text % grace):
        assert roll_out("--explain", "root", "login") == (1, True)
    with product.written(product.CONFIG, text % ""):
        done = enroll.run("check", "--explain", "root", "login", "--json")
        assert json.loads(done.stdout)["gate"] == "no", done


def test_after_the_day_nobody_gets_in_without(case):
    taro = users.new()
    with pamconf.wired("login"), until(date.today() - timedelta(days=2)):
        refused(programs.login(taro, [taro.password, "123456"]))


def test_without_a_reason_it_is_an_error(case):
    taro = users.new()
    with pamconf.wired("login"), product.config(zone={"grace_until": "2099-12-31"}):
        refused(programs.login(taro, [taro.password]), prompts=1)
        one_line(case, "result=unavailable .*grace_until: grace_reason must say why")
