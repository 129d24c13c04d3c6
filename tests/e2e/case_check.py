# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll check, beside the real programs: what it calls a way around is one, and what it
calls proved refuses. The stacks are those of tests/check/holes."""

import json
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

from e2e import enroll, pamconf, prepare, product, programs, ssh, users
from e2e.checks import exits, let_in, refused
from e2e.terminal import Ended, become
from e2e.entry_points import stranger
from e2e.locales import japanese_locale

HOLES = prepare.REPOSITORY / "tests/check/holes"


def service(name):
    """What check says of one service of this host."""
    done = enroll.run("check", "--service", name, "--json")
    said = json.loads(done.stdout)
    assert said["proved"] == (done.returncode == 0), done
    (found,) = said["services"]
    return found, said["findings"]


def stacks(*names):
    """The service files of holes, installed within the block."""
    block = ExitStack()
    for name in names:
        for path in sorted((HOLES / name / "tree/etc/pam.d").iterdir()):
            block.enter_context(pamconf.written(path.name, path.read_text()))
    return block


def bypass(name, missing, phase="auth"):
    """check knows the way around, and what it lacks."""
    found, _ = service(name)
    assert (found["result"], sorted(found["missing"])) == ("bypass", sorted(missing)), found
    assert found["phase"] == phase, found


def test_holes_in_which_login_lets_in_with_the_password_alone(case):
    for hole in ("sufficient-password", "jump-too-far", "include-ends-early", "substack-done",
                 "account-only", "continued-line"):
        taro, _ = enroll.person()
        with stacks(hole):
            bypass("login", ["code"])
            let_in(programs.login(taro, [taro.password]), 1)


def test_holes_in_which_login_lets_in_with_a_wrong_code(case):
    for hole in ("ctrl-c", "optional-code", "only-optional"):
        taro, token = enroll.person()
        with stacks(hole):
            bypass("login", ["code"])
            let_in(programs.login(taro, [taro.password, token.wrong()]))


def test_a_hole_that_forgets_a_wrong_code(case):
    taro, token = enroll.person()
    with stacks("reset"):
        bypass("login", ["code"])
        let_in(programs.login(taro, [token.wrong(), taro.password]))


def test_a_hole_in_which_login_lets_in_with_the_code_alone(case):
    """login also sets credentials, to which pam_mfa alone has nothing to say."""
    text = ("auth optional pam_unix.so nodelay\nauth required pam_mfa.so\nauth optional pam_permit.so\n"
            "account required pam_mfa.so\n@include common-account\n")
    taro, token = enroll.person(kind="hotp")
    with pamconf.written("login", text):
        bypass("login", ["password"])
        let_in(programs.login(taro, ["wrong", token.next()]))


def test_holes_in_which_login_asks_for_nothing(case):
    for hole in ("permit-sufficient", "debug-module", "rootok-in-login"):
        taro, _ = enroll.person()
        with stacks(hole):
            bypass("login", ["password", "code"])
            let_in(programs.login(taro, []), 0)


def test_rootok_is_the_caller_in_sudo_and_su(case):
    taro, _ = enroll.person()
    text = "auth sufficient pam_rootok.so\nauth required pam_unix.so nodelay\nauth required pam_mfa.so\n"
    account = "account required pam_mfa.so\n@include common-account\n"
    with pamconf.written("sudo", text + account), pamconf.written("su", text + account):
        for name in ("sudo", "su"):
            assert service(name)[0]["result"] == "proved-except-root"
        refused(programs.sudo(taro, ["wrong", "000000"]))
        refused(programs.su(taro, ["wrong", "000000"], caller=stranger()))
        let_in(programs.su(taro, []), 0)


def test_what_releases_of_libpam_read_differently_is_an_error(case):
    """One lets in, the other asks for the code, or refuses."""
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libpam0g"], capture_output=True, text=True)
    lets_in = tuple(int(number) for number in version.stdout.split(".")[:2]) < (1, 6)
    for hole, answers in (("long-line", 0), ("comment-behind-backslash", 1)):
        taro, _ = enroll.person()
        with stacks(hole):
            assert service("login")[0]["result"] == "error"
            outcome = programs.login(taro, [taro.password] * 4)
            assert outcome.let_in == lets_in, outcome
            assert len(outcome.prompts) == answers or not lets_in, outcome


def test_a_service_that_another_one_includes(case):
    taro, _ = enroll.person()
    with pamconf.written("su", "auth required pam_unix.so nodelay\n"), \
            pamconf.written("su-l", "auth include su\nauth required pam_mfa.so\n@include common-account\n"):
        bypass("su", ["code"])
        let_in(programs.su(taro, [taro.password], caller=stranger()), 1)


def test_no_cure_takes_out_what_a_jump_lands_on(case):
    """common-auth of Debian without libpam-cap: pam_permit is its last line."""
    taro, _ = enroll.person()
    lines = "auth [success=1 default=ignore] pam_unix.so nodelay\nauth requisite pam_deny.so\n"
    stack = "@include common-auth\naccount required pam_unix.so\n"
    with pamconf.written("login", stack), pamconf.written("chfn", f"auth sufficient pam_rootok.so\n{stack}"):
        with pamconf.written("common-auth", f"{lines}auth required pam_permit.so\n"):
            bypass("chfn", ["code"])
            assert service("chfn")[0]["cure"]["id"] == "add-last"
            let_in(programs.login(taro, [taro.password]), 1)
        with pamconf.written("common-auth", lines):
            assert service("chfn")[0]["result"] == "proved-except-root"
            refused(programs.login(taro, [taro.password]), 1)


def test_one_line_and_the_gate_keep_everybody_out(case):
    taro, token = enroll.person(kind="hotp")
    text = ("auth required pam_mfa.so forward_pass\nauth required pam_unix.so nodelay use_first_pass\n"
            "account required pam_mfa.so\n@include common-account\n")
    with pamconf.written("sshd", text), ssh.Server("PasswordAuthentication yes"):
        found, _ = service("sshd")
        assert (found["result"], found["cause"]["id"]) == ("locked-out", "forward-gated"), found
        refused(ssh.login(taro, [taro.password + token.next()], "password"), 1)


def test_a_second_line_asks_for_a_second_code(case):
    taro, token = enroll.person(kind="hotp")
    text = "auth required pam_unix.so nodelay\nauth required pam_mfa.so\n"
    with pamconf.written("sudo", f"{text}auth required pam_mfa.so\naccount required pam_permit.so\n"):
        found, _ = service("sudo")
        assert found["result"] == "proved" and "asks-twice" in [note["id"] for note in found["notes"]], found
        let_in(programs.sudo(taro, [taro.password, token.next(), token.next()]), 3)
    with pamconf.written("sudo", f"{text}account required pam_permit.so\n"):
        assert "asks-twice" not in [note["id"] for note in service("sudo")[0]["notes"]]


def test_a_module_that_is_another_ones_file(case):
    taro, _ = enroll.person()
    folder = Path("/lib/x86_64-linux-gnu/security")
    module, kept = folder / "pam_unix.so", folder / "kept"
    with pamconf.written("sudo", "auth required pam_unix.so\nauth required pam_mfa.so\naccount required pam_permit.so\n"):
        assert service("sudo")[0]["result"] == "proved"
        module.rename(kept)
        try:
            for make in (module.symlink_to, lambda other: module.write_bytes((folder / other).read_bytes())):
                make("pam_permit.so")
                found, findings = service("sudo")
                assert (found["result"], found["missing"]) == ("bypass", ["password"]), found
                assert any(entry["id"] == "pam-module-impostor" for entry in findings), findings
                module.unlink()
        finally:
            kept.rename(module)


def test_what_is_an_error_lets_nobody_in(case):
    taro, _ = enroll.person()
    for hole in ("gone-include", "unfinished-line"):
        with stacks(hole):
            assert service("login")[0]["result"] == "error"
            try:
                outcome = programs.login(taro, [])
                assert not outcome.let_in, outcome
            except Ended:
                pass  # before it asks for a name


def test_who_is_locked_out_gets_in_when_the_line_that_is_named_is_put_right(case):
    right = "auth required pam_unix.so nodelay\nauth required pam_mfa.so\n@include common-account\n"
    taro, token = enroll.person(kind="hotp")
    for wrong, cause in (("pam_mfa.so nullok", "argument-unknown"), ("pam_mfa", "module-missing"),
                         ("pam_mfa.so zone=none", "zone-unknown")):
        with pamconf.written("sudo", right.replace("pam_mfa.so", wrong)):
            found, _ = service("sudo")
            assert found["result"] == "locked-out", found
            assert (found["cause"]["id"], found["cause"]["line"]) == (cause, 2), found
            assert not programs.sudo(taro, [taro.password, token.next()]).let_in
    with pamconf.written("sudo", right.replace("required pam_mfa", "require pam_mfa")):
        assert service("sudo")[0]["cause"]["id"] == "control-misspelt"
        assert not programs.sudo(taro, [taro.password, token.next()]).let_in
    with pamconf.written("sudo", right):
        assert service("sudo")[0]["result"] == "proved"
        let_in(programs.sudo(taro, [taro.password, token.next()]))


def test_a_session_that_cannot_be_opened_keeps_everybody_out(case):
    right = "auth required pam_unix.so nodelay\nauth required pam_mfa.so\n@include common-account\n"
    taro, token = enroll.person(kind="hotp")
    for name, login in (("login", programs.login), ("su", lambda *what: programs.su(*what, caller=stranger())),
                        ("sudo", programs.sudo)):
        for session, result in (("session require pam_unix.so\n", "locked-out"), ("session required pam_unix.so\n", "proved")):
            with pamconf.written(name, right + session):
                found, _ = service(name)
                assert found["result"] == result, found
                try:
                    is_in = login(taro, [taro.password, token.next()]).let_in
                except Ended:  # before it asks anew
                    is_in = False
                assert is_in == (result == "proved"), (name, result)
                assert result == "proved" or (found["cause"]["phase"], found["cause"]["line"]) == ("session", 4), found


def test_by_nullok_the_code_alone_is_enough_where_the_password_field_is_empty(case):
    taro, token = enroll.person(kind="hotp")
    text = "auth required pam_unix.so nodelay nullok\nauth required pam_mfa.so\n@include common-account\n"
    with pamconf.written("sudo", text):
        assert "empty-password" not in [entry["id"] for entry in service("sudo")[1]]
        subprocess.run(["passwd", "-d", taro.name], check=True, stdout=subprocess.DEVNULL)
        (said,) = [entry for entry in service("sudo")[1] if entry["id"] == "empty-password"]
        assert (said["level"], said["line"]) == ("hole", 1) and f"({taro.name})" in said["text"], said
        let_in(programs.sudo(taro, [token.next()]), 1)
        subprocess.run(["passwd", "-l", taro.name], check=True, stdout=subprocess.DEVNULL)
        assert "empty-password" not in [entry["id"] for entry in service("sudo")[1]]
        refused(programs.sudo(taro, ["", token.next()]))


def test_what_is_proved_refuses_what_the_holes_let_in(case):
    with pamconf.wired("login"):
        assert service("login")[0]["result"] == "proved"
        taro, token = enroll.person(kind="hotp")
        refused(programs.login(taro, [taro.password, token.wrong()]))
        refused(programs.login(taro, ["wrong", token.next()]))
        let_in(programs.login(taro, [taro.password, token.next()]))


def test_a_key_alone_where_the_gate_is_missing_and_where_it_is_not(case):
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    with stacks("gate-missing"), ssh.Server():
        bypass("sshd", ["code"], "account")
        _, findings = service("sshd")
        assert any(entry["id"] == "sshd-publickey" for entry in findings), findings
        let_in(ssh.login(taro, [], "publickey", key), 0)
    with pamconf.wired("sshd"), ssh.Server():
        found, findings = service("sshd")
        assert (found["result"], found["gate"]) == ("proved", True)
        assert not any(entry["level"] == "hole" for entry in findings), findings
        refused(ssh.login(taro, [], "publickey", key), 0)


def test_a_key_alone_where_one_of_two_zones_has_no_gate(case):
    taro, _ = enroll.person()
    hanako, _ = enroll.person("hanako")
    keys = {user: ssh.authorize(user) for user in (taro, hanako)}
    zones = f"[host]\nzone = rest\n[zone keyed]\nusers = {hanako.name}\n%s[zone rest]\nservices = *\n"
    with pamconf.wired("sshd"), ssh.Server():
        with product.written(product.CONFIG, zones % "gate =\n"):
            bypass("sshd", ["code"], "account")
            found, findings = service("sshd")
            assert ("zone-without-gate", "keyed") in [(note["id"], note.get("zone")) for note in found["notes"]]
            assert any(entry["id"] == "sshd-publickey" for entry in findings), findings
            let_in(ssh.login(hanako, [], "publickey", keys[hanako]), 0)
            refused(ssh.login(taro, [], "publickey", keys[taro]), 0)
        with product.written(product.CONFIG, zones % ""):
            assert service("sshd")[0]["result"] == "proved"
            for user, key in keys.items():
                refused(ssh.login(user, [], "publickey", key), 0)


def test_sshd_is_asked_for_what_it_makes_of_its_configuration(case):
    """sshd -T knows defaults and Match blocks; UsePAM is off unless somebody says so."""
    drop_in = Path("/etc/ssh/sshd_config.d/site.conf")
    with pamconf.wired("sshd"), product.config(zone={"gate": "lightdm"}):
        with product.written(drop_in, "AuthenticationMethods publickey,keyboard-interactive\n"):
            assert not holes("sshd")
        with product.written(drop_in, "AuthenticationMethods publickey,keyboard-interactive\n"
                                      "Match User taro\n\tAuthenticationMethods publickey\n"):
            assert holes("sshd") == [("sshd-methods", str(drop_in), 3)]


def holes(name):
    _, findings = service(name)
    return [(entry["id"], entry["file"], entry["line"]) for entry in findings
            if entry["level"] == "hole"]


def test_check_of_this_host_names_people_and_missing_authenticators(case):
    taro = users.new()
    hanako, _ = enroll.person("hanako")
    done = enroll.run("check", "--json")
    assert done.returncode == 1, done
    texts = {entry["id"]: entry["text"] for entry in json.loads(done.stdout)["findings"]}
    assert taro.name in texts["people-unenrolled"] and hanako.name not in texts["people-unenrolled"]
    assert texts["people-one"], texts
    assert "no-admin" in texts, texts


def test_check_wants_root_for_this_host_alone(case):
    taro, _ = enroll.person()
    command = "mfa-enroll check; echo status=$?"
    with pamconf.wired("su"):
        outcome = shell_as(taro, command)
    assert "status=4" in outcome, outcome
    exits(enroll.run("check", "--root", "/nowhere"), 2)
    exits(enroll.run("check", "more"), 2)
    exits(enroll.run("check", "--service", "ssh"), 2)


def shell_as(user, command):
    done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=30, preexec_fn=lambda: become(user))
    return done.stdout


def test_check_changes_nothing(case):
    with product.unchanged("/etc", "/var/lib/pam_mfa", "/var/log/pam_mfa"):
        enroll.run("check")


def test_the_table_is_in_the_persons_language(case):
    with product.config(host={"language": "en"}), pamconf.wired("login"):
        done = enroll.run("check", "--service", "login")
    assert done.stdout.splitlines()[1].split() == ["PROVED", "login"], done.stdout


def test_way_and_cure_are_told_in_japanese_as_in_english(case):
    said = {}
    with stacks("sufficient-password"), japanese_locale():
        for language in ("en", "ja"):
            with product.config(host={"language": language}):
                said[language] = enroll.run("check", "--service", "login").stdout.splitlines()
    assert len(said["en"]) == len(said["ja"]), said
    for english, japanese in zip(said["en"], said["ja"]):
        places = re.compile(r"/etc/[a-z./-]+:\d+")
        assert sorted(places.findall(english)) == sorted(places.findall(japanese)), (english, japanese)
    assert any("pam_unix.so (/etc/pam.d/login:1) を required にしてください" in line for line in said["ja"]), said


def host_findings():
    """What check tells of this host: id -> (level, text)."""
    done = enroll.run("check", "--json")
    return {entry["id"]: (entry["level"], entry["text"]) for entry in json.loads(done.stdout)["findings"]}


def test_a_guess_that_is_likelier_than_once_in_20000_is_told(case):
    """Four counters with ten codes ahead are 44 codes in a million, the fifth is too many."""
    taro, _ = enroll.person(kind="hotp")
    for _ in range(3):
        enroll.give(taro, kind="hotp")
    assert "guess-likely" not in host_findings()
    with product.config(zone={"hotp_look_ahead": "12"}):
        level, text = host_findings()["guess-likely"]
        assert (level, "once in 19230" in text, taro.name in text) == ("warning", True, True), text
    enroll.give(taro, kind="hotp")
    assert "once in 18181" in host_findings()["guess-likely"][1]
    with product.config(zone={"factors": "totp"}):
        assert "guess-likely" not in host_findings()


def test_an_administrator_with_one_authenticator_is_told(case):
    taro, _ = enroll.person("taro")
    hanako, _ = enroll.person("hanako")
    enroll.give(hanako)
    for user in (taro, hanako):
        subprocess.run(["usermod", "-aG", "sudo", user.name], check=True)
    level, text = host_findings()["admin-one-token"]
    assert level == "warning" and taro.name in text and hanako.name not in text, text


def test_a_group_of_a_zone_that_nobody_knows_is_told(case):
    with product.config(zone={"groups": "root clerks"}):
        level, text = host_findings()["zone-group"]
    assert level == "warning" and "clerks" in text and "everybody" in text, text
