# SPDX-License-Identifier: BSD-2-Clause
"""mfa-enroll add: every option, every bad value, and who may."""

import base64
import json
import os
import re
import subprocess

from e2e import authd, enroll, otp, pam, pamconf, product, programs, users
from e2e.checks import exits, let_in
from e2e.terminal import become

RFC = {"sha1": b"12345678901234567890", "sha256": b"12345678901234567890123456789012",
       "sha512": b"1234567890" * 6 + b"1234"}
COMMANDS = (["init"], ["list"], ["add", "root", "totp"], ["show", "root"], ["test", "root"],
            ["suspend", "root", "abcdefgh"], ["resume", "root", "abcdefgh"],
            ["remove", "root", "abcdefgh"], ["unlock", "root"], ["resync", "root", "abcdefgh"],
            ["retire", "root"], ["adopt", "root"], ["rename", "root", "taro"], ["prune"], ["rekey"])


def right(user, code):
    """mfa-enroll test takes the code as a login would."""
    return enroll.run("test", user.name, stdin=f"{code}\n").returncode == 0


def test_a_fresh_secret_serves_after_two_codes(case):
    for kind in ("totp", "hotp"):
        taro = users.new()
        done = enroll.add(taro, kind)
        assert done.status == 0, done
        assert (done.token.kind, len(done.token.secret), done.token.digits) == (kind, 20, 6)
        assert "Type the code that is shown (check 2 of 2)" in done.text
        with pamconf.wired("login"):
            let_in(programs.login(taro, [taro.password, done.token.next()]))
    assert case.log(f"event=token.add result=done user={taro.name} token=[a-z0-9]{{8}} kind=hotp actor=root")


def test_a_fresh_secret_is_as_long_as_its_hash_and_new_each_time(case):
    taro = users.new()
    secrets = set()
    for algorithm, size in (("sha1", 20), ("sha256", 32), ("sha512", 64)):
        done = enroll.add(taro, options=("--algorithm", algorithm))
        assert (done.status, done.token.algorithm, len(done.token.secret)) == (0, algorithm, size)
        secrets.add(done.token.secret[:20])
        assert right(taro, done.token.next())
    assert len(secrets) == 3 and len(enroll.tokens(taro)) == 3


def test_the_key_to_type_is_the_uris(case):
    done = enroll.add(users.new())
    typed = re.search(r"\n((?:[A-Z2-7]{4} )+[A-Z2-7]+)\n", done.text)[1].replace(" ", "")
    assert base64.b32decode(typed) == done.token.secret


def test_all_parameters_of_totp_serve(case):
    for algorithm, secret in RFC.items():
        for digits in (6, 7, 8):
            for period in (30, 60):
                taro = users.new()
                token = otp.Token(secret, "totp", algorithm, digits, period)
                exits(enroll.add_secret(taro, token), 0, "Enrolled")
                (entry,) = enroll.tokens(taro)
                assert entry["parameters"].startswith(f"{algorithm}, {digits} digits, {period} s"), entry
                assert right(taro, token.next()), token
                assert not right(taro, token.last()), token


def test_all_parameters_of_hotp_serve(case):
    for algorithm, secret in RFC.items():
        for digits in (6, 7, 8):
            taro = users.new()
            token = otp.Token(secret, "hotp", algorithm, digits, counter=digits * 1000)
            exits(enroll.add_secret(taro, token), 0, "Enrolled")
            (entry,) = enroll.tokens(taro)
            assert entry["parameters"] == f"{algorithm}, {digits} digits, next counter {digits * 1000}"
            assert right(taro, token.next()), token
            assert not right(taro, token.last()), token


def test_a_secret_comes_as_base32_or_hex_as_people_write_it(case):
    secret = RFC["sha1"]
    text = base64.b32encode(secret).decode()
    grouped = " ".join(text[i:i + 4] for i in range(0, len(text), 4))
    hexed = secret.hex()
    for form, written in (("base32", text), ("base32", text.lower()), ("base32", grouped),
                          ("base32", grouped.replace(" ", "-") + "="), ("base32", text + "\r"),
                          ("hex", hexed), ("hex", hexed.upper()), ("hex", hexed[:20] + " " + hexed[20:])):
        taro = users.new()
        done = enroll.run("add", taro.name, "hotp", "--secret-stdin", form, "--no-confirm", stdin=written + "\n")
        exits(done, 0, "Enrolled")
        assert right(taro, "755224"), (form, written)


def test_an_old_short_secret_serves_and_is_warned_of(case):
    """As authenticators had that were enrolled with other modules years ago."""
    taro = users.new()
    short, least = otp.Token(os.urandom(10), "hotp"), otp.Token(os.urandom(16), "hotp")
    done = enroll.add_secret(taro, short)
    exits(done, 0, "Enrolled")
    assert done.stderr.count("the secret has 80 bits") == 1, done.stderr
    assert "bits" not in enroll.add_secret(taro, least).stderr
    exits(enroll.add_secret(taro, otp.Token(os.urandom(9))), 1, "10 to 64 bytes")
    with pam.module_alone():
        assert pam.call(taro, [short.next()]).code == pam.SUCCESS
        assert pam.call(taro, [short.last()]).code == pam.AUTH_ERR
        assert pam.call(taro, [least.next()]).code == pam.SUCCESS


def test_a_secret_that_is_none_is_refused(case):
    taro = users.new()
    for form, written in (
        ("hex", "xyz"), ("hex", "1"), ("hex", "ab" * 5), ("hex", "ab" * 65), ("hex", ""), ("hex", "g" * 40),
        ("base32", "0189"), ("base32", "GEZDGNBV"), ("base32", "!" * 32), ("base32", ""), ("base32", "A" * 600),
        ("base32", "\u3042" * 20), ("hex", "1" * 5000),
    ):
        done = enroll.run("add", taro.name, "totp", "--secret-stdin", form, "--no-confirm", stdin=written + "\n")
        exits(done, 1)
        assert len(written) < 8 or written not in done.stderr
    exits(enroll.run("add", taro.name, "totp", "--secret-stdin", "hex", "--no-confirm"), 1)
    assert not product.record(taro).exists()


def test_a_hardware_token_is_confirmed_as_well(case):
    taro = users.new()
    secret = RFC["sha1"].hex()
    codes = "755224\n287082\n"
    add = ("add", taro.name, "hotp", "--secret-stdin", "hex")
    exits(enroll.run(*add, stdin=f"{secret}\n755224\n755224\n755224\n755224\n755224\n755224\n"), 1, "used already")
    assert not product.record(taro).exists()
    exits(enroll.run(*add, stdin=f"{secret}\n{codes}"), 0, "Enrolled")
    assert not right(taro, "287082") and right(taro, "359152")


def test_wrong_codes_at_the_confirmation_enrol_nothing(case):
    taro = users.new()
    done = enroll.add(taro, answers=["000000"] * 5)
    assert done.status == 1 and "too many wrong codes; nothing was changed" in done.text, done
    assert not product.record(taro).exists()
    done = enroll.add(taro, "hotp", answers=["12345", "", "1234567", "x" * 300, "\udcff\udcfe12345"])
    assert done.status == 1 and "That has the wrong number of digits." in done.text, done
    assert not product.record(taro).exists()


def test_a_label_is_kept_and_what_is_not_seen_is_not(case):
    taro = users.new()
    for label in ("S/N 0123-45", "\u8cb8\u4e0e\u7528 7\u53f7\u6a5f", "x" * 63):
        exits(enroll.run("add", taro.name, "totp", "--label", label, "--no-confirm"), 0)
    assert [entry["label"] for entry in enroll.tokens(taro)] == ["S/N 0123-45", "貸与用 7号機", "x" * 63]
    for label in ("", "a\nb", "\x1b[31m", "x" * 64, "\u3042" * 22, "\x7f", "\u0085",
                  "S/N\u202e45-3210", "\u200e0123", "a\u2028taro  active"):
        exits(enroll.run("add", taro.name, "totp", "--label", label, "--no-confirm"), 2, "--label")
    assert len(enroll.tokens(taro)) == 3


def test_bad_values_are_misuse_and_change_nothing(case):
    taro = users.new()
    for options in (
        ["totp", "--digits", "5"], ["totp", "--digits", "9"], ["totp", "--digits", "six"], ["totp", "--digits", ""],
        ["totp", "--digits", "-6"], ["totp", "--digits", "6x"], ["totp", "--digits", "0x6"],
        ["totp", "--algorithm", "md5"], ["totp", "--algorithm", "SHA1"], ["totp", "--algorithm", ""],
        ["totp", "--period", "45"], ["totp", "--period", "0"], ["totp", "--period", "3000000000000000000000"],
        ["hotp", "--period", "30"], ["totp", "--counter", "0"], ["hotp", "--counter", "-1"],
        ["hotp", "--counter", "9223372036854775807"], ["hotp", "--counter", "99999999999999999999"],
        ["totp", "--secret-stdin", "base64"], ["totp", "--secret-stdin", ""],
        ["yubikey"], ["TOTP"], [""], ["recovery"], [], ["totp", "more"],
        ["totp", "--secret", "00"], ["totp", "--json"], ["totp", "--digits"],
    ):
        done = enroll.run("add", taro.name, *options, "--no-confirm", stdin="00" * 20 + "\n")
        exits(done, 2)
        assert done.stderr and "Enrolled" not in done.stdout, done
    assert not product.record(taro).exists()


def test_users_are_checked(case):
    exits(enroll.run("add", "no-such-user", "totp", "--no-confirm"), 3, "no such user: no-such-user")
    exits(enroll.run("add", "no-such-user", "totp", "--no-confirm", "--allow-unknown"), 0, "Enrolled")
    assert json.loads(enroll.run("list", "no-such-user", "--json").stdout)
    for name in ("", "x" * 256, "a\nb", "\x1b[2J", "\udcff\udcfe"):
        exits(enroll.run("add", name, "totp", "--no-confirm", "--allow-unknown"), 2, "invalid user name")
    for command in ("show", "unlock", "list"):
        exits(enroll.run(command, "nobody-here"), 3, "nobody-here has no authenticator enrolled")
    exits(enroll.run("test", "nobody-here", stdin="123456\n"), 3, "no authenticator enrolled")
    for command in ("suspend", "resume", "remove", "resync"):
        exits(enroll.run(command, "nobody-here", "abcdefgh"), 3)
    taro, _ = enroll.person()
    for command in ("suspend", "resume", "remove", "resync"):
        exits(enroll.run(command, taro.name, "abcdefgh"), 3, f"{taro.name} has no token abcdefgh")


def test_a_user_who_comes_later_is_enrolled_already(case):
    token = otp.Token(os.urandom(20), "hotp")
    late = users.User("late", "", 0, 0, None)
    exits(enroll.add_secret(late, token), 3)
    exits(enroll.add_secret(late, token, ["--allow-unknown"]), 0)
    late = users.make("late", "right horse late")
    with pam.module_alone():
        assert pam.call(late, [token.next()]).code == pam.SUCCESS


def test_only_root_may(case):
    taro = users.new()
    for command in COMMANDS:
        done = subprocess.run(["mfa-enroll", *command], input="", capture_output=True, text=True,
                              preexec_fn=lambda: become(taro), cwd="/")
        exits(done, 4, "permission denied; run it as root")


def test_help_and_version_need_no_rights(case):
    taro = users.new()
    calls = [(["--help"], "Commands:"), (["-h"], "Commands:"), (["--version"], r"mfa-enroll \d")]
    calls += [([command[0], "--help"], f"usage: mfa-enroll {command[0]}") for command in COMMANDS]
    for arguments, pattern in calls:
        done = subprocess.run(["mfa-enroll", *arguments], capture_output=True, text=True,
                              preexec_fn=lambda: become(taro), cwd="/")
        exits(done, 0, pattern)
        assert done.stderr == "", done
        asks = arguments[0] in ("--help", "-h", "remove", "adopt", "rename", "prune", "resync", "rekey")
        assert ("--yes" in done.stdout) == asks, done
        assert all(len(line) <= 80 for line in done.stdout.splitlines()), done.stdout


def test_misuse_of_commands(case):
    for arguments in ([], ["no-such"], ["--no-such"], ["list", "a", "b"], ["show"], ["suspend", "a"],
                      ["unlock", "a", "b"], ["init", "x"], ["unlock", "a", "--json"], ["--conf"]):
        exits(enroll.run(*arguments), 2)


def test_a_kind_that_is_not_named_is_asked_for(case):
    exits(enroll.run("add", "taro"), 2, "mfa-enroll: add: name the kind: totp, hotp, yubikey, yubikey-otp")


def test_help_tells_of_its_own_command_alone(case):
    exits(enroll.run("list", "--help"), 0, r"(?m)^  --json +print JSON$")
    said = enroll.run("enable", "--help").stdout
    assert said.startswith("usage: mfa-enroll enable [OPTIONS]\n") and "--wait" not in said, said


def test_misuse_says_whose_and_where_help_is(case):
    for arguments, said, hint in ((["check", "--no-such"], "mfa-enroll: check: unrecognized option", "mfa-enroll check --help"),
                                  (["show"], "mfa-enroll: show: too few arguments", "mfa-enroll show --help"),
                                  (["--no-such"], "mfa-enroll: unrecognized option", "mfa-enroll --help")):
        done = enroll.run(*arguments)
        assert said in done.stderr and f"Try: {hint}" in done.stderr, done
    for argument, said in (("--no-such", "unrecognized option"), ("x", "mfa-authd: x: too many arguments")):
        done = subprocess.run([authd.PROGRAM, argument], capture_output=True, text=True)
        assert done.returncode == 2 and said in done.stderr and "Try: mfa-authd --help" in done.stderr, done


def test_a_user_has_fifteen_tokens_at_most_and_all_serve(case):
    taro = users.new()
    tokens = [enroll.give(taro, "hotp") for _ in range(15)]
    done = enroll.add_secret(taro, otp.Token(os.urandom(20)))
    exits(done, 1, "has 15 tokens; remove one first")
    with pam.module_alone():
        for token in tokens:
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    assert len(enroll.tokens(taro)) == 15
