# SPDX-License-Identifier: BSD-2-Clause
"""The other entry_points into pam.d: explain, and forward_pass."""

import re

from e2e import enroll, pam, pamconf, prepare, product, programs, ssh, users
from e2e.checks import let_in, one_line, refused
from e2e.entry_points import stranger

WORDS = {
    "code-wrong": "Authentication failed.",
    "code-used": "This one-time password has been used already. Wait for the next one.",
    "locked": "Too many failures; locked. Ask your system administrator, or wait.",
    "not-enrolled": "You have no authenticator enrolled, so you cannot log in. Ask your system administrator.",
    "token-suspended": "Your authenticator is suspended. Ask your system administrator.",
}
EXPLAIN = "auth requisite pam_unix.so nodelay\nauth required pam_mfa.so explain\n"
FORWARD = "auth required pam_mfa.so forward_pass\nauth required pam_unix.so nodelay use_first_pass\n"


def with_auth(service, lines):
    """Debian's file, with these lines where the password alone was asked for."""
    with pamconf.password_only(service):
        text = (pamconf.FOLDER / service).read_text().replace(f"{pamconf.PASSWORD}\n", lines)
    return pamconf.written(service, text)


def test_the_sample_files_let_in_and_refuse_as_they_are(case):
    """docs/examples/pam.d, word for word."""
    taro, token = enroll.person(kind="hotp")
    examples = prepare.REPOSITORY / "docs/examples/pam.d"
    entry_points = {
        "login": programs.login, "sudo": programs.sudo, "sshd": ssh.login,
        "su": lambda user, answers: programs.su(user, answers, caller=stranger()),
        "sudo-i": lambda user, answers: programs.sudo(user, answers, options=["-i"]),
        "chfn": lambda user, answers: programs.own(user, answers, ["chfn", "-r", "11"]),
        "chsh": lambda user, answers: programs.own(user, answers, ["chsh", "-s", "/bin/sh"]),
    }
    # Those of the desktop have cases of their own: case_lightdm, case_lockers, case_polkit.
    graphical = {"i3lock", "lightdm", "polkit-1", "vlock", "xscreensaver"}
    assert {path.name for path in examples.iterdir()} == entry_points.keys() | graphical | {"other"}
    for service, way in entry_points.items():
        text = (examples / service).read_text()
        with pamconf.written(service, text), ssh.Server():
            let_in(way(taro, [taro.password, token.next()]))
        assert case.log(rf"pam_mfa\({service}:auth\): .*result=allowed")
        assert re.search(r"(?m)^account +required +pam_mfa.so$", text)
    with pamconf.written("other", (examples / "other").read_text()):
        calls = ("authenticate", "acct_mgmt")
        assert pam.call(taro, [taro.password, token.next()], calls, service="nobodys").code == pam.SUCCESS
        assert pam.call(taro, [taro.password, token.last()], calls, service="nobodys").code == pam.AUTH_ERR
    text = (examples / "su").read_text()
    with pamconf.written("su", text):
        # pam_unix's delay included.
        refused(entry_points["su"](taro, [taro.password, token.last()]))


def told(way, user, answers, reason, prompts=2):
    outcome = way(user, answers)
    refused(outcome, prompts)
    said = {key for key, words in WORDS.items() if words in outcome.text}
    assert said == {reason}, (said, outcome.text)


def used_code_is_asked_for_again(way, taro, token):
    """Who comes right after another login still sees the same code."""
    again = "Used. Wait for next code:"
    told(way, taro, [taro.password] + 3 * [token.last()], "code-used", prompts=4)
    outcome = way(taro, [taro.password, token.last(), token.next()])
    let_in(outcome, prompts=3)
    assert outcome.prompts[2].endswith(again), outcome


def every_reason_is_told(case, way):
    taro, token = enroll.person(kind="hotp")
    suspended, idle = enroll.person(kind="hotp")
    enroll.run("suspend", suspended.name, enroll.tokens(suspended)[0]["token"])
    unenrolled = users.new()
    let_in(way(taro, [taro.password, token.next()]))
    used_code_is_asked_for_again(way, taro, token)
    told(way, suspended, [suspended.password, idle.next()], "token-suspended")
    told(way, unenrolled, [unenrolled.password, "123456"], "not-enrolled")
    for _ in range(5):
        told(way, taro, [taro.password, token.wrong()], "code-wrong")
    told(way, taro, [taro.password, token.next()], "locked")
    # A wrong password comes to no second question, and is told nothing.
    outcome = way(taro, ["wrong", "123456"])
    refused(outcome, 1)
    assert not any(words in outcome.text for words in WORDS.values())


def test_explain_tells_at_login(case):
    with with_auth("login", EXPLAIN):
        every_reason_is_told(case, programs.login)


def test_explain_tells_at_su(case):
    with with_auth("su", EXPLAIN):
        every_reason_is_told(case, lambda user, answers: programs.su(user, answers, caller=stranger()))


def test_explain_tells_at_sudo_what_to_wait_for(case):
    """It keeps its modules silent, and its question says it all the same."""
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("login"), with_auth("sudo", EXPLAIN):
        let_in(programs.login(taro, [taro.password, token.next()]))
        outcome = programs.sudo(taro, [taro.password, token.last(), token.next()])
        let_in(outcome, prompts=3)
        assert outcome.prompts[2].endswith("Used. Wait for next code:"), outcome
        assert len(case.log(r"pam_mfa\(sudo:auth\): .*result=denied reason=code-used")) == 1


def test_explain_names_whom_to_ask(case):
    taro, token = enroll.person(kind="hotp")
    with with_auth("login", EXPLAIN), product.config({"contact": "Information systems, ext. 1234"}):
        outcome = programs.login(taro, [taro.password, token.wrong()])
    assert "Authentication failed. (contact: Information systems, ext. 1234)" in outcome.text


def test_explain_has_nothing_to_tell_who_gives_up(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone("explain"):
        for answer in (None, pam.CONV_ERR):
            reply = pam.call(taro, [answer])
            assert reply.messages == [], reply
        assert pam.call(taro, [token.wrong()]).messages == [WORDS["code-wrong"]]
        # PAM_SILENT
        assert pam.call(taro, [token.wrong()], flags=0x8000).messages == []


def test_without_explain_nothing_is_told(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        for answers in ([token.wrong()], [token.next()], [token.last()], [None]):
            assert pam.call(taro, answers).messages == []


def su(user, *answers):
    return programs.su(user, answers, caller=stranger())


def test_password_and_code_in_one_line_at_su(case):
    for password in ("right horse", "ends in digits 123456", "12345678", "x", "\u30d1\u30b9\u30ef\u30fc\u30c9 9"):
        for kind, digits in (("totp", 6), ("hotp", 8)):
            taro = users.new(password=password)
            token = enroll.give(taro, kind, digits=digits)
            with with_auth("su", FORWARD):
                outcome = su(taro, taro.password + token.next())
                let_in(outcome, 1)
                assert outcome.prompts == ["Password, then code:"], outcome
                refused(su(taro, taro.password + token.last()), 1)
                refused(su(taro, taro.password + token.wrong()), 1)
                refused(su(taro, "wrong" + token.next()), 1)
                refused(su(taro, token.next()), 1)


def test_half_of_the_line_is_not_enough(case):
    taro, token = enroll.person(kind="hotp")
    with with_auth("su", FORWARD):
        for answer in (taro.password, token.next(), "1", "12345", "", f"{token.next()}{taro.password}"):
            refused(su(taro, answer), 1)
        let_in(su(taro, taro.password + token.next()), 1)


def test_an_unknown_or_unenrolled_user_gets_no_further_with_a_line(case):
    taro = users.new()
    with pamconf.written(pam.SERVICE, FORWARD):
        for user, password in ((taro, taro.password), ("nobody-here", "x")):
            reply = pam.call(user, [password + "123456"])
            assert (reply.code, len(reply.prompts), reply.messages) == (pam.AUTH_ERR, 1, []), reply
        wrong = pam.call(taro, ["wrong123456"])
        assert (wrong.code, len(wrong.prompts)) == (pam.AUTH_ERR, 1)


def test_one_line_through_pam(case):
    taro, token = enroll.person(kind="hotp")
    hanako = users.new("hanako", password="12345")
    short = enroll.give(hanako, "hotp")
    with pamconf.written(pam.SERVICE, FORWARD):
        assert pam.call(taro, [taro.password + token.next()]).code == pam.SUCCESS
        one_line(case, "result=allowed reason=code-right .*kind=hotp")
        assert pam.call(taro, ["wrong" + token.next()]).code == pam.AUTH_ERR
        assert pam.call(hanako, ["12345" + short.next()]).code == pam.SUCCESS
        assert pam.call(hanako, ["12345"]).code == pam.AUTH_ERR
        assert pam.call(hanako, ["12345" + short.last()]).code == pam.AUTH_ERR
        # Nothing of the line is left for a module that would ask again.
        assert pam.call(hanako, [None]).code in (pam.ABORT, pam.AUTH_ERR)


def test_two_tokens_of_different_length_in_one_line(case):
    taro = users.new()
    six, eight = enroll.give(taro, "hotp"), enroll.give(taro, "hotp", digits=8)
    with pamconf.written(pam.SERVICE, FORWARD):
        for token in (six, eight, six, eight):
            assert pam.call(taro, [taro.password + token.next()]).code == pam.SUCCESS


def wide(text):
    """As a Japanese input method leaves it."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def test_one_line_with_a_code_in_full_width_digits(case):
    for password in ("right horse 12", "\u30d1\u30b9\u30ef\u30fc\u30c9", "ends-in-\uff11\uff12-", "ends in a space "):
        taro = users.new(password=password)
        token = enroll.give(taro, "hotp")
        with pamconf.written(pam.SERVICE, FORWARD):
            code = wide(token.next())
            assert pam.call(taro, [password + code]).code == pam.SUCCESS, password
            code = token.next()
            line = f"{password}{wide(code[:3])}\u30fc{wide(code[3:])}"
            assert pam.call(taro, [line]).code == pam.SUCCESS, password
            code = token.next()
            assert pam.call(taro, [f"{password}{code[:3]} {code[3:]} "]).code == pam.SUCCESS, password


def test_one_line_at_sudo_and_sshd(case):
    taro, token = enroll.person(kind="hotp")
    with with_auth("sudo", FORWARD):
        let_in(programs.sudo(taro, [taro.password + token.next()]), 1)
        refused(programs.sudo(taro, [taro.password + token.last()]), 1)
    with with_auth("sshd", FORWARD), ssh.Server("PasswordAuthentication yes"):
        let_in(ssh.login(taro, [taro.password + token.next()]), 1)
        # Here even sshd's own password question serves.
        let_in(ssh.login(taro, [taro.password + token.next()], "password"), 1)
        refused(ssh.login(taro, [taro.password + token.last()], "password"), 1)
