# SPDX-License-Identifier: BSD-2-Clause
"""Bad input at the real programs: refused, counted for what it is, and nothing breaks."""

import json

from e2e import authd, enroll, pam, pamconf, product, programs, ssh
from e2e.checks import exits, let_in, module_lines, one_line, refused
from e2e.entry_points import LOGIN, SSHD, SU, SUDO, stranger

FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
NO_UTF8 = "\udcff\udcfe\udc80"
ODD_NAMES = ("../../etc/passwd", "..", ".", ".decoy", "\n00", "/etc/shadow", "a/b", "%2E.", "", " ", "x" * 255,
             "x" * 256, "x" * 1000, NO_UTF8, "\u592a\u90ce", "a\tb", "a\x1b[2Jb", "root\n", "-x", "+", "~root")


def failures(user):
    return enroll.tokens(user)[0]["failures"]


def test_codes_as_people_type_them_are_accepted(case):
    for way in (LOGIN, SU, SUDO, SSHD):
        taro, token = enroll.person(kind="hotp")
        with way.open():
            for write in (lambda c: f"{c[:3]} {c[3:]}", lambda c: f"{c[:3]}-{c[3:]}", lambda c: f" {c} ",
                          lambda c: c.translate(FULL_WIDTH), lambda c: f"{c[:3]}\u3000{c[3:]}".translate(FULL_WIDTH),
                          lambda c: f"{c[:2]}\uff0d{c[2:]}"):
                let_in(way.attempt(taro, [taro.password, write(token.next())]))
            refused(way.attempt(taro, [taro.password, token.last().translate(FULL_WIDTH)]))
    assert len(case.log("reason=code-used")) == 4


def test_a_code_of_the_wrong_length_is_one_failure(case):
    with product.config(zone={"max_failures": 50}):
        for way in (LOGIN, SU, SUDO, SSHD):
            taro, token = enroll.person(kind="hotp")
            code = token.next()
            with way.open():
                for count, answer in enumerate((code[:5], code + "0", "1", "x", code * 2, "12345a"), 1):
                    refused(way.attempt(taro, [taro.password, answer]))
                    assert failures(taro) == count, (answer, failures(taro))
                let_in(way.attempt(taro, [taro.password, code]))
    assert len(case.log("result=denied reason=code-wrong")) == 24


def test_what_keys_and_pastes_add_to_a_code_is_no_part_of_it(case):
    """Through terminals in canonical mode, pipes and ssh alike."""
    for way in (LOGIN, SU, SUDO, SSHD):
        taro, token = enroll.person(kind="hotp")
        with way.open():
            for form in ("\x1b[200~{}\x1b[201~", "\x1b[D{}\x1bOA", "\u202f{}\u200b", "{}\ufeff", "\u2212{}\u2013"):
                let_in(way.attempt(taro, [taro.password, form.format(token.next())]))
    with pamconf.wired("sudo"):
        let_in(programs.sudo_stdin(taro, [taro.password, token.next() + "\r"]), 0)


def test_full_width_digits_of_other_encodings_are_digits(case):
    """What a terminal in EUC-JP or Shift_JIS types, whatever the program takes it for."""
    for way in (LOGIN, SU, SUDO, SSHD):
        taro, token = enroll.person(kind="hotp")
        with way.open():
            for encoding in ("euc_jp", "shift_jis"):
                typed = token.next().translate(FULL_WIDTH).encode(encoding).decode("utf-8", "surrogateescape")
                let_in(way.attempt(taro, [taro.password, typed]))


def test_keys_that_type_no_digits_are_no_failure(case):
    """The keypad without Num Lock: asked again, but from afar refused at once."""
    arrows = "\x1b[D\x1b[4~\x1b[B"
    with product.config(zone={"max_failures": 2}):
        for way in (LOGIN, SU, SUDO, SSHD):
            taro, token = enroll.person(kind="hotp")
            with way.open():
                for answer in (arrows, "\u3042\u3044", "\u200b"):
                    outcome = way.attempt(taro, [taro.password, answer, answer, answer])
                    refused(outcome, len(outcome.prompts))
                    assert failures(taro) == 0, (way.service, answer)
                let_in(way.attempt(taro, [taro.password, token.next()]))
    assert len(case.log("reason=not-a-code")) == 12


def test_sshd_asks_whom_it_refuses_as_often_as_others(case):
    """It gives the module its filler for them: what was typed must not make a difference."""
    taro, _ = enroll.person(kind="hotp")
    kana = "\u304b\u304d\u304f\u3051\u3053\u3055\u3057\u3059\u305b\u305d"
    with product.config(zone={"factors": "hotp yubikey-otp"}), pamconf.wired("sshd"), ssh.Server("DenyUsers " + stranger().name):
        for answer in ("123456", "\x1b[D", "\x1b[D\x1b[4~\x1b[B", kana):
            prompts = {len(ssh.login(user, [taro.password] + 4 * [answer]).prompts) for user in (taro, stranger(), "nobody")}
            assert prompts == {2}, (answer, prompts)


def test_an_empty_answer_is_no_failure(case):
    for way in (LOGIN, SU, SUDO, SSHD):
        taro, token = enroll.person(kind="hotp")
        with way.open():
            refused(way.attempt(taro, [taro.password, ""]))
            assert failures(taro) == 0
            let_in(way.attempt(taro, [taro.password, token.next()]))
    assert len(case.log("result=denied reason=no-code")) == 4


def test_an_answer_without_text_is_given_up(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        for answer, code, result in ((None, pam.ABORT, "given-up"), (pam.CONV_ERR, pam.CONV_ERR, "no-dialog"),
                                     (pam.ABORT, pam.ABORT, "given-up"), (4, pam.CONV_ERR, "no-dialog")):
            since = len(module_lines(case))
            assert pam.call(taro, [answer]).code == code, answer
            one_line(case, f"result={result} ", since)
        assert failures(taro) == 0
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_an_over_long_answer_is_one_failure_at_most(case):
    """Some programs cut it or refuse it themselves; none breaks."""
    with product.config(zone={"max_failures": 50}):
        for way in (LOGIN, SU, SUDO, SSHD):
            taro, token = enroll.person(kind="hotp")
            with way.open():
                code = token.next()
                for count, answer in enumerate(("9" * 1100, code * 300, "\u3042" * 500), 1):
                    refused(way.attempt(taro, [taro.password, answer]))
                    assert failures(taro) <= count, (way.service, answer[:8], failures(taro))
                let_in(way.attempt(taro, [taro.password, code]))
        taro, token = enroll.person(kind="hotp")
        with pam.module_alone():
            for count, length in enumerate((512, 1023, 1024, 1025, 60000), 1):
                assert pam.call(taro, ["9" * length]).code == pam.AUTH_ERR
                assert failures(taro) == count, length
            assert pam.call(taro, [token.next() + " " * 1000]).code == pam.SUCCESS


def test_an_answer_that_is_no_utf8_is_one_failure(case):
    for way in (LOGIN, SU, SUDO, SSHD):
        taro, token = enroll.person(kind="hotp")
        with way.open():
            refused(way.attempt(taro, [taro.password, f"{token.at(0)[:3]}{NO_UTF8}"]))
            assert failures(taro) == 1, way.service
            let_in(way.attempt(taro, [taro.password, token.next()]))


def test_odd_user_names_are_refused_like_any_other(case):
    """By the module itself, with the same question; nothing is made or opened by such a name."""
    with pam.module_alone(), product.unchanged("/etc"):
        for name in ODD_NAMES:
            files = sorted(path.name for path in product.USERS.iterdir())
            since = len(module_lines(case))
            reply = pam.call(name, ["123456"])
            assert (reply.code, len(reply.prompts)) in ((pam.AUTH_ERR, 1), (pam.ABORT, 0)), (name, reply)
            assert sorted(path.name for path in product.USERS.iterdir()) == files
            authd.restart()  # which tells of what it has held back
            one_line(case, "result=(denied reason=unknown-user .*user=UNKNOWN|given-up)", since)


def test_a_name_that_nobody_has_is_in_no_log(case):
    """It may be a password typed too early, whatever came of it."""
    with pam.module_alone():
        for answer in ("123456", "", "no code", None):
            pam.call("typed-too-early", [answer])
        with product.kept(product.KEY):
            product.KEY.unlink()
            pam.call("typed-too-early", ["123456"])
        with product.kept(product.CONFIG):
            product.CONFIG.unlink()
            pam.call("typed-too-early", ["123456"])
    lines = module_lines(case)
    assert len(lines) == 6 and all("user=UNKNOWN" in line for line in lines), lines
    assert b"typed-too-early" not in product.AUDIT.read_bytes()


def test_odd_user_names_at_the_real_programs(case):
    with pamconf.wired("login", "su", "sshd"), ssh.Server():
        for name in ("../../etc/passwd", "..", ".decoy", "x" * 256, "\u592a\u90ce", "a/b", NO_UTF8):
            refused(programs.login(name, ["wrong", "123456"]))
            refused(programs.su(name, []), 0)
        for name in ("../../etc/passwd", "..", ".decoy", "x" * 256, "a/b"):
            refused(ssh.login(name, ["wrong", "123456"]))
    assert case.log(r"pam_mfa\(login:auth\): .*reason=unknown-user")
    assert case.log(r"pam_mfa\(sshd:auth\): .*reason=unknown-user")
    assert not case.log("result=(allowed|unavailable)")


def test_a_user_with_an_odd_name_can_be_enrolled(case):
    """Names that a directory service may give: each has one record, in the store's folder."""
    for name in ("..", "a/b", ".hidden", "DOMAIN\\taro", "\u592a\u90ce", "taro@example", "x" * 85, "%41"):
        before = set(product.USERS.iterdir())
        exits(enroll.run("add", name, "totp", "--allow-unknown", "--no-confirm"), 0)
        (path,) = set(product.USERS.iterdir()) - before
        assert path.is_file() and not path.name.startswith("."), path
        assert path.name.isascii() and "/" not in path.name
        (entry,) = json.loads(enroll.run("list", name, "--json").stdout)
        assert entry["user"] == name
        exits(enroll.run("remove", "--yes", name, entry["token"]), 0)
        assert not path.exists()
    exits(enroll.run("add", "--no-confirm", "--allow-unknown", "totp", "--", "-x"), 2)
    exits(enroll.run("add", "--no-confirm", "--allow-unknown", "--", "-x", "totp"), 0)


def test_a_name_too_long_for_a_record_is_refused_with_a_reason(case):
    for name in ("\u592a" * 85, "/" * 100):
        done = enroll.run("add", name, "totp", "--allow-unknown", "--no-confirm")
        exits(done, 1, "too long")


def test_the_password_typed_twice_is_no_failure(case):
    taro, token = enroll.person(kind="hotp")
    with LOGIN.open():
        refused(LOGIN.attempt(taro, [taro.password, taro.password]))
        assert failures(taro) == 0 and case.log("reason=not-a-code")
        refused(LOGIN.attempt(taro, [taro.password, "another password"]))
        assert failures(taro) == 1
        let_in(LOGIN.attempt(taro, [taro.password, token.next()]))


def test_standard_input_that_ends_denies(case):
    taro, _ = enroll.person(kind="hotp")
    with pamconf.wired("sudo"):
        refused(programs.sudo_stdin(taro, [taro.password]), 0)
    assert failures(taro) == 0
