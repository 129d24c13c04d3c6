# SPDX-License-Identifier: BSD-2-Clause
"""Programs that are not root: pam_mfa.so and mfa-verify, for the calling user alone."""

import os
import re
import subprocess
from datetime import date, timedelta

from e2e import audit, enroll, pam, pamconf, product, softkey, users, verify
from e2e.checks import module_lines
from e2e.terminal import become

STACK = "auth required pam_unix.so nodelay\nauth required pam_mfa.so {}\naccount required pam_mfa.so\naccount required pam_unix.so\n"
FORWARD = "auth required pam_mfa.so forward_pass\nauth required pam_unix.so nodelay use_first_pass\n"


def wired(arguments="", service=pam.SERVICE):
    return pamconf.written(service, STACK.format(arguments))


def call(user, answers, caller=None, **more):
    """A login in a process of the user's own, or of another's."""
    caller = caller or user
    ids = ["setpriv", "--reuid", caller.name, "--regid", str(caller.gid), "--init-groups"]
    return pam.call(user, answers, wrapper=ids, calls=("authenticate", "acct_mgmt"), **more)


def verify_lines(case):
    return case.log(r"\bmfa-verify\[")


def failures(user):
    return enroll.tokens(user)[0]["failures"]


def test_the_own_code_lets_in_and_others_do_not(case):
    taro, token = enroll.person(kind="hotp")
    with wired():
        reply = call(taro, [taro.password, token.next()])
        assert reply.codes == {"authenticate": pam.SUCCESS, "acct_mgmt": pam.SUCCESS}, reply
        assert reply.prompts[1] == "One-time password: "
        for answers in ([taro.password, token.last()], [taro.password, token.wrong()], ["wrong", token.next()],
                        [taro.password, ""], [taro.password, "1" * 500]):
            assert call(taro, answers).code == pam.AUTH_ERR
        assert call(taro, [taro.password, None]).code == pam.ABORT
        assert call(taro, [taro.password, pam.CONV_ERR]).code == pam.CONV_ERR
    assert failures(taro) == 1  # the long one; the right code with the wrong password cleared the other
    lines = verify_lines(case)
    assert len(lines) == 8 and not module_lines(case), (lines, module_lines(case))
    assert (f"event=verify result=allowed reason=code-right zone=mynumber caller={taro.uid} service={pam.SERVICE} "
            f"user={taro.name}") in lines[0]
    assert not any(taro.password in line for line in lines)
    audit.check_chain()


def test_every_line_is_one_in_the_trail_of_its_own_kind(case):
    taro, token = enroll.person(kind="hotp")
    before = len(audit.events())
    with wired():
        call(taro, [taro.password, token.next()])
        call(taro, [taro.password, token.wrong()])
    told = [(event["event"], event["result"], event["user"]) for event in audit.events()[before:]]
    assert told == [("verify", "allowed", taro.name), ("verify", "denied", taro.name)], told


def test_the_password_again_is_not_sent_and_no_guess(case):
    taro, token = enroll.person()
    with wired():
        assert call(taro, [taro.password, taro.password]).code == pam.AUTH_ERR
    assert failures(taro) == 0
    assert "reason=not-a-code" in verify_lines(case)[0]


def test_failures_count_with_those_of_other_programs(case):
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 2}), wired():
        call(taro, [taro.password, token.wrong()])
        pam.call(taro, [taro.password, token.wrong()])
        call(taro, [taro.password, token.wrong()])
        assert failures(taro) == 3
        assert call(taro, [taro.password, token.next()]).code == pam.AUTH_ERR
        assert re.search(rf'reason=locked .*detail="user id {taro.uid} is locked until ', verify_lines(case)[-1])
        # where the guesses came from, and nowhere else
        assert pam.call(taro, [taro.password, token.last()]).code == pam.SUCCESS


def test_no_program_of_a_user_locks_the_account(case):
    """That a right password came before is what such a program says."""
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 2}), wired("explain"):
        for _ in range(2):
            call(taro, [taro.password, token.wrong()])
        facts = enroll.facts(taro)
        assert (facts["failures"], facts["locked"], facts["sources_locked"]) == (2, False, 1), facts
        assert pam.call(taro, [taro.password, token.next()]).code == pam.SUCCESS


def test_one_line_with_password_and_code(case):
    for password in ("right horse", "ends in digits 123456", "x", "\u30d1\u30b9\u30ef\u30fc\u30c9 9", "y" * 300):
        taro = users.new(password=password)
        six, eight = enroll.give(taro, "hotp"), enroll.give(taro, "totp", digits=8)
        with pamconf.written(pam.SERVICE, FORWARD + "account required pam_mfa.so\naccount required pam_unix.so\n"):
            for token in (six, eight, six):
                reply = call(taro, [password + token.next()])
                assert reply.codes == {"authenticate": 0, "acct_mgmt": 0}, (password, reply)
                assert reply.prompts == ["Password and one-time password: "]
            assert call(taro, ["wrong" + six.next()]).code == pam.AUTH_ERR
            assert call(taro, [password + six.last()]).code == pam.AUTH_ERR
            assert call(taro, [six.next()]).code == pam.AUTH_ERR
            assert call(taro, [password]).code == pam.AUTH_ERR
    assert not any("y" * 20 in line or "horse" in line for line in case.log())


def test_explain_and_outages_are_told(case):
    taro, token = enroll.person(kind="hotp")
    with wired("explain"):
        assert call(taro, [taro.password, token.wrong()]).messages == ["Authentication failed."]
        with product.config({"contact": "ext. 1234"}, {"nonsense": "1"}):
            reply = call(taro, [taro.password, token.next()])
            assert reply.code == pam.UNAVAILABLE and "out of order" in reply.messages[0], reply
    assert any("detail=" in line and "nonsense" in line for line in verify_lines(case))


def test_a_zone_that_is_off_and_one_by_argument(case):
    taro, token = enroll.person(kind="hotp")
    text = "[host]\nzone = mynumber\n[zone open]\nservices = mfa-test\nmfa = off\n[zone mynumber]\n"
    with product.written(product.CONFIG, text), pam.ignore_succeeds():
        assert call(taro, []).code == pam.SUCCESS
    with product.written(product.CONFIG, text), wired("zone=mynumber"):
        assert call(taro, [taro.password, token.wrong()]).code == pam.AUTH_ERR
        assert call(taro, [taro.password, token.next()]).code == pam.SUCCESS
    with wired("zone=nowhere"):
        assert call(taro, [taro.password]).code == pam.UNAVAILABLE


def test_a_yubikey_answers_for_a_program_that_is_not_root(case):
    with product.config(zone={"factors": "yubikey hotp", "yubikey_timeout": "3s", "yubikey_any_session": "yes"}), wired():
        softkey.fresh()
        taro, key = users.new(), softkey.Key(serial=7200001)
        assert enroll.run("add", taro.name, "yubikey").returncode == 0
        reply = call(taro, [taro.password, ""])
        assert reply.code == pam.SUCCESS and reply.prompts[1] == "One-time password (YubiKey: Enter, then touch): ", reply
        # greeters keep a message over the next question, and xscreensaver makes a page of it
        assert not reply.messages, reply
        key.touch(False)
        reply = call(taro, [taro.password, "", "", ""])
        assert reply.code == pam.AUTH_ERR and len(reply.prompts) == 4, reply
        assert reply.prompts[2].startswith("The YubiKey was not touched."), reply
        # From another host it is not even offered.
        reply = call(taro, [taro.password, ""], items={"rhost": "192.0.2.7"})
        assert reply.code == pam.AUTH_ERR and reply.prompts[1] == "One-time password: ", reply
    kinds = [re.search(r"result=\S+ reason=\S+", line)[0] for line in verify_lines(case)]
    assert kinds == ["result=allowed reason=code-right", "result=denied reason=key-untouched",
                     "result=denied reason=no-code"], kinds


def test_the_roll_out_holds_for_screen_locks_too(case):
    taro = users.new()
    day = (date.today() + timedelta(days=2)).isoformat()
    with product.config(zone={"grace_until": day, "grace_reason": "roll-out"}):
        with wired():
            reply = call(taro, [taro.password])
            assert reply.codes == {"authenticate": 0, "acct_mgmt": 0} and len(reply.prompts) == 1, reply
            assert reply.messages[0].startswith("You have no authenticator yet."), reply
            assert call(taro, ["wrong"]).code == pam.AUTH_ERR
        with pamconf.written(pam.SERVICE, FORWARD):
            assert call(taro, [taro.password]).code == pam.SUCCESS
            assert call(taro, ["wrong"]).code == pam.AUTH_ERR
    assert len([line for line in verify_lines(case) if "result=exempt reason=grace" in line]) == 4


def test_another_users_name_is_refused_before_any_question(case):
    taro, token = enroll.person(kind="hotp")
    jiro, own = enroll.person("jiro", kind="hotp")
    with pam.module_alone(), product.unchanged(product.STORE, product.AUDIT.parent):
        for user in (taro, "root", "nobody-here", ""):
            reply = call(user, [token.next()], caller=jiro)
            assert reply.code in (pam.UNAVAILABLE, pam.ABORT) and not reply.prompts, reply
            assert reply.codes["acct_mgmt"] != pam.SUCCESS, reply
        for name in (taro.name, "root", "nobody-here", ""):
            with verify.Visit(jiro) as visit:
                visit.send(verify.begin(name))
                assert visit.receive() == b""
    assert not verify_lines(case)
    assert not case.log("pam_mfa.*nobody-here")
    assert verify.once(jiro, own.next()) == verify.ALLOWED


def test_no_other_configuration_is_read(case):
    taro, token = enroll.person()
    with wired("conf=/etc/pam_mfa/other.conf"):
        assert call(taro, [taro.password]).code == pam.UNAVAILABLE
    assert "conf= has no effect" in module_lines(case)[0]


def test_a_helper_that_is_not_as_installed_is_not_run(case):
    taro, token = enroll.person()
    for bits, words in ((0o755, "is not set-uid"), (0o4775, "mode is"), (0o4757, "mode is")):
        with verify.mode(bits), wired():
            assert call(taro, [taro.password]).code == pam.UNAVAILABLE
        assert words in module_lines(case)[-1], module_lines(case)
    os.rename(verify.PROGRAM, "/usr/libexec/away")
    try:
        with wired():
            assert call(taro, [taro.password]).code == pam.UNAVAILABLE
    finally:
        os.rename("/usr/libexec/away", verify.PROGRAM)
    with wired():
        ids = ["setpriv", "--no-new-privs", "--reuid", taro.name, "--regid", str(taro.gid), "--init-groups"]
        assert pam.call(taro, [taro.password], wrapper=ids).code == pam.UNAVAILABLE
    assert "no_new_privs" in verify_lines(case)[0]
    assert "gave no verdict" in module_lines(case)[-1]


def test_a_root_program_of_another_real_user_needs_no_helper(case):
    """As vlock: the effective user decides."""
    taro, token = enroll.person(kind="hotp")
    with verify.mode(0o755), wired():
        ids = ["setpriv", "--ruid", taro.name, "--euid", "root"]
        assert pam.call(taro, [taro.password, token.next()], wrapper=ids).code == pam.SUCCESS
    assert "event=auth" in module_lines(case)[0]


def test_it_says_what_it_is_to_who_tries_it_by_hand(case):
    taro = users.new()
    done = verify.as_user(taro, ["script", "-qec", verify.PROGRAM, "/dev/null"])
    assert done.returncode == 2 and "pam_mfa.so runs this" in done.stdout, done
    done = subprocess.run([verify.PROGRAM, "--help"], stdin=subprocess.DEVNULL, capture_output=True,
                          preexec_fn=lambda: become(taro), cwd="/", timeout=10)
    assert done.returncode == 2 and not done.stdout + done.stderr
    assert not case.log("mfa")
