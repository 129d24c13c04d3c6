# SPDX-License-Identifier: BSD-2-Clause
"""Programs that are not root: they may ask mfa-authd about the account that they run as, and no other."""

import re
import time
from datetime import date, timedelta

from e2e import as_user, audit, authd, authd_client, enroll, pam, pamconf, product, softkey, users
from e2e.checks import soon, stood_for
from e2e.authd_client import ALLOWED, EXEMPT, FULL, HELLO, UNAVAILABLE, Visit

STACK = "auth required pam_unix.so nodelay\nauth required pam_mfa.so {}\naccount required pam_mfa.so\naccount required pam_unix.so\n"
FORWARD = "auth required pam_mfa.so forward_pass\nauth required pam_unix.so nodelay use_first_pass\n"


def wired(arguments="", service=pam.SERVICE):
    return pamconf.written(service, STACK.format(arguments))


def call(user, answers, caller=None, calls=("authenticate",), **more):
    """A login in a process of the user's own, or of another's."""
    return pam.call(user, answers, wrapper=as_user.ids(caller or user), calls=calls, **more)


def call_both(user, answers, **more):
    """Account management too: the program is told that it has no part in the decision."""
    return call(user, answers, calls=("authenticate", "acct_mgmt"), **more)


def lines(case):
    """What the service told syslog of programs that are not root."""
    return case.log(rf"\bmfa-authd\[\d+\]: pam_mfa\({pam.SERVICE}:auth\): event=verify ")


def failures(user):
    return enroll.tokens(user)[0]["failures"]


def test_the_own_code_lets_in_and_others_do_not(case):
    taro, token = enroll.person(kind="hotp")
    with wired():
        reply = call_both(taro, [taro.password, token.next()])
        assert reply.codes == {"authenticate": pam.SUCCESS, "acct_mgmt": pam.SUCCESS}, reply
        assert reply.prompts[1] == "One-time code: "
        for answers in ([taro.password, token.last()], [taro.password, token.wrong()], ["wrong", token.next()],
                        [taro.password, ""], [taro.password, "1" * 500]):
            assert call(taro, answers).code == pam.AUTH_ERR
        assert call(taro, [taro.password, None]).code == pam.ABORT
        assert call(taro, [taro.password, pam.CONV_ERR]).code == pam.CONV_ERR
    assert failures(taro) == 1  # the long one; the right code with the wrong password cleared the other
    told = lines(case)
    assert len(told) == 8 == len(case.log(r"pam_mfa\(")), (told, case.log(r"pam_mfa\("))
    assert (f"event=verify result=allowed reason=code-right zone=mynumber caller={taro.uid} service={pam.SERVICE} "
            f"user={taro.name}") in told[0]
    assert not any(taro.password in line for line in told)
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
    assert "reason=not-a-code" in lines(case)[0]


def test_failures_count_with_those_of_other_programs(case):
    taro, token = enroll.person(kind="hotp")
    with product.config(zone={"max_failures": 2}), wired():
        call(taro, [taro.password, token.wrong()])
        pam.call(taro, [taro.password, token.wrong()])
        call(taro, [taro.password, token.wrong()])
        assert failures(taro) == 3
        assert call(taro, [taro.password, token.next()]).code == pam.AUTH_ERR
        assert re.search(rf'reason=locked .*detail="user id {taro.uid} is locked until ', lines(case)[-1])
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
                reply = call_both(taro, [password + token.next()])
                assert reply.codes == {"authenticate": 0, "acct_mgmt": 0}, (password, reply)
                assert reply.prompts == ["Password, then code: "]
            assert call(taro, ["wrong" + six.next()]).code == pam.AUTH_ERR
            assert call(taro, [password + six.last()]).code == pam.AUTH_ERR
            assert call(taro, [six.next()]).code == pam.AUTH_ERR
            assert call(taro, [password]).code == pam.AUTH_ERR
    assert not any("y" * 20 in line or "horse" in line for line in case.log())


def test_one_line_with_the_password_alone_is_a_touch(case):
    """As i3lock has it. What could be a code is a guess first, also where the password ends in digits."""
    zone = {"factors": "hotp yubikey", "yubikey_timeout": "3s", "yubikey_any_session": "yes"}
    stack = FORWARD + "account required pam_mfa.so\naccount required pam_unix.so\n"
    softkey.fresh()
    key = softkey.Key(serial=7200002)
    with product.config(zone=zone), pamconf.written(pam.SERVICE, stack):
        for password, reasons in (("right horse", ["code-right"]), ("horse 123456", ["code-wrong", "code-right"])):
            taro = users.new(password=password)
            assert enroll.run("add", taro.name, "yubikey", "--force").returncode == 0
            seen = len(lines(case))
            reply = call(taro, [password])
            assert reply.code == pam.SUCCESS and reply.prompts == ["Password (and code): "], reply
            assert [re.search(r"reason=(\S+)", line)[1] for line in lines(case)[seen:]] == reasons
            assert call(taro, ["wrong horse"]).code == pam.AUTH_ERR
            key.touch(False)
            assert call(taro, [password]).code == pam.AUTH_ERR
            key.touch(True)
            assert failures(taro) == len(reasons) - 1
            assert enroll.run("remove", taro.name, enroll.tokens(taro)[0]["token"], "--yes").returncode == 0
    assert not any("horse" in line for line in case.log())


def test_outages_are_told_and_explain_is_no_program_of_a_users_to_ask_for(case):
    taro, token = enroll.person(kind="hotp")
    with wired("explain"):
        # that a right password came before is such a program's own word
        assert call(taro, [taro.password, token.wrong()]).messages == []
        assert call(taro, [taro.password, ""]).messages == []
        with product.config({"contact": "ext. 1234"}, {"nonsense": "1"}):
            reply = call(taro, [taro.password, token.next()])
            assert reply.code == pam.UNAVAILABLE and "out of order" in reply.messages[0], reply
    assert any("detail=" in line and "nonsense" in line for line in lines(case))


def test_the_zone_is_the_configurations_to_decide(case):
    """zone= of such a program is its user's word: it neither opens nor shuts."""
    taro, token = enroll.person(kind="hotp")
    text = "[host]\nzone = mynumber\n[zone open]\nservices = {}\nmfa = off\n[zone mynumber]\n"
    with product.written(product.CONFIG, text.format(pam.SERVICE)), pam.ignore_succeeds():
        assert call(taro, []).code == pam.SUCCESS
    with product.written(product.CONFIG, text.format("other")):
        for words in ("zone=open", "zone=nowhere", "zone=mynumber"):
            with wired(words):
                assert call(taro, [taro.password, token.wrong()]).code == pam.AUTH_ERR
                assert call(taro, [taro.password, token.next()]).code == pam.SUCCESS
        # for a program of root's it is root's
        with pamconf.written(pam.SERVICE, "auth [ignore=1 default=bad] pam_mfa.so zone=open\n"
                             "auth required pam_deny.so\nauth required pam_permit.so\n"):
            assert pam.call(taro).code == pam.SUCCESS
            assert call(taro, [token.next()]).code != pam.SUCCESS
        with wired("zone=nowhere"):
            assert pam.call(taro, [taro.password]).code == pam.UNAVAILABLE
    assert len(lines(case)) == 8 and all("zone=mynumber" in line for line in lines(case)[1:]), lines(case)


def test_a_yubikey_answers_for_a_program_that_is_not_root(case):
    with product.config(zone={"factors": "yubikey hotp", "yubikey_timeout": "3s", "yubikey_any_session": "yes"}), wired():
        softkey.fresh()
        taro, key = users.new(), softkey.Key(serial=7200001)
        assert enroll.run("add", taro.name, "yubikey").returncode == 0
        reply = call(taro, [taro.password, ""])
        assert reply.code == pam.SUCCESS and reply.prompts[1] == "YubiKey: Enter, touch; or code: ", reply
        # greeters keep a message over the next question, and xscreensaver makes a page of it
        assert not reply.messages, reply
        key.touch(False)
        reply = call(taro, [taro.password, "", "", ""])
        assert reply.code == pam.AUTH_ERR and len(reply.prompts) == 4, reply
        assert reply.prompts[2].startswith("Not touched."), reply
        # From another host it is not even offered.
        reply = call(taro, [taro.password, ""], items={"rhost": "192.0.2.7"})
        assert reply.code == pam.AUTH_ERR and reply.prompts[1] == "One-time code: ", reply
    kinds = [re.search(r"result=\S+ reason=\S+", line)[0] for line in lines(case)]
    assert kinds == ["result=allowed reason=code-right", "result=denied reason=key-untouched",
                     "result=denied reason=no-code"], kinds


def test_the_roll_out_holds_for_screen_locks_too(case):
    taro = users.new()
    day = (date.today() + timedelta(days=2)).isoformat()
    with product.config(zone={"grace_until": day, "grace_reason": "roll-out"}):
        with wired():
            reply = call_both(taro, [taro.password])
            assert reply.codes == {"authenticate": 0, "acct_mgmt": 0} and len(reply.prompts) == 1, reply
            assert reply.messages[0].startswith("You have no authenticator yet."), reply
            assert call(taro, ["wrong"]).code == pam.AUTH_ERR
        with pamconf.written(pam.SERVICE, FORWARD):
            assert call(taro, [taro.password]).code == pam.SUCCESS
            assert call(taro, ["wrong"]).code == pam.AUTH_ERR
    assert len([line for line in lines(case) if "result=exempt reason=grace" in line]) == 4


def test_another_users_name_is_refused_before_any_question(case):
    taro, token = enroll.person(kind="hotp")
    jiro, own = enroll.person("jiro", kind="hotp")
    refused = 0
    with pam.module_alone(), product.unchanged(product.STORE, product.AUDIT.parent):
        for user in (taro, "root", "nobody-here", ""):
            caller = users.new("jiro")  # each with turns of its own
            reply = call_both(user, [token.next()], caller=caller)
            assert reply.code in (pam.UNAVAILABLE, pam.ABORT) and not reply.prompts, reply
            assert reply.codes["acct_mgmt"] != pam.SUCCESS, reply
        refused = len(lines(case))
        assert refused == 4, lines(case)
        for name in (taro.name, "root", "nobody-here", "", "\1", jiro.name + " ", str(jiro.uid)):
            assert authd_client.refusal(jiro, of=name, service=pam.SERVICE) == UNAVAILABLE, name
    told = lines(case)[refused:]
    assert len(told) == 7, told
    for line in told:
        assert "result=unavailable reason=failed" in line and f" caller={jiro.uid} " in line, line
        assert "may only authenticate the user it runs as" in line, line
    assert not case.log("pam_mfa.*nobody-here")
    assert authd_client.once(jiro, own.next()) == ALLOWED


def test_account_management_is_answered_for_the_own_account_alone(case):
    """It admits nobody to anything: a program of the user's is told that it has no part, gate or not."""
    taro, jiro = users.new(), users.new("jiro")
    before = authd.workers()
    with product.config(zone={"gate": "sshd"}), product.unchanged(product.STORE, product.AUDIT.parent):
        assert authd_client.refusal(jiro, of=taro, phase="c", service="sshd") == UNAVAILABLE
        assert authd_client.refusal(jiro, phase="c", service="sshd") == authd_client.EXEMPT
        # that auth was passed is no program's own word either
        passed = (taro.name, taro.name, str(jiro.uid))
        assert authd_client.refusal(jiro, of=taro, phase="c", service="sshd", passed=passed) == UNAVAILABLE
        assert authd_client.refusal(jiro, of=taro, passed=passed) == UNAVAILABLE
    assert len(case.log(r"pam_mfa\(sshd:account\): event=account result=unavailable .*may only ask about the user")) == 2
    assert authd.workers() == before  # a user wears none out


def test_no_other_configuration_is_read(case):
    taro, token = enroll.person(kind="hotp")
    other = product.config_text(zone={"mfa": "off"})
    with product.written("/etc/pam_mfa/other.conf", other), product.written("/tmp/own.conf", other) as own:
        own.chmod(0o644)
        for path in ("/etc/pam_mfa/other.conf", "/etc/pam_mfa/none.conf", own, "/etc/pam_mfa/./mfa.conf"):
            with wired(f"conf={path}"):
                assert call(taro, [taro.password]).code == pam.UNAVAILABLE
            assert "conf= has no effect in a program that is not root" in lines(case)[-1]
            assert authd_client.refusal(taro, conf=str(path)) == UNAVAILABLE
    with wired(f"conf={product.CONFIG}"):  # which is the service's own
        assert call(taro, [taro.password, token.next()]).code == pam.SUCCESS


def test_a_root_program_of_another_real_user_is_roots(case):
    """As vlock: who it was that connected decides, which is the effective user."""
    taro, token = enroll.person(kind="hotp")
    with wired():
        ids = ["setpriv", "--ruid", taro.name, "--euid", "root"]
        assert pam.call(taro, [taro.password, token.next()], wrapper=ids).code == pam.SUCCESS
        assert pam.call("root", ["x", "000000"], wrapper=ids).code == pam.AUTH_ERR
    assert len(case.log(r"event=auth result=\S+ .*caller=" + str(taro.uid))) == 2 and not lines(case)


def begun(user, count):
    """So many visits that were begun at once."""
    visits = [Visit(user) for _ in range(count)]
    for visit in visits:
        if visit.greeting == HELLO:
            visit.send(authd_client.begin(user))
    return visits


def ended(visits):
    for visit in visits:
        visit.__exit__()


def test_a_few_logins_come_at_once_and_then_one_in_three_seconds(case):
    taro, _ = enroll.person(kind="hotp")
    start = time.monotonic()
    visits = begun(taro, 30)
    try:
        greetings = [visit.greeting for visit in visits]
        # the eleventh waits for three seconds, the next for six and for nine; nobody for more than ten
        assert greetings == [HELLO] * 13 + [FULL] * 17, greetings
        for number, visit in enumerate(visits[:13]):
            assert visit.receive()[:1] == b"A"
            seconds = time.monotonic() - start
            earliest = max(0, 3 * (number - 9))
            assert earliest - 0.5 <= seconds < earliest + 1.5, (number, seconds)
    finally:
        ended(visits)
    authd.restart()
    assert stood_for(case.log("event=verify")) == 13


def test_account_management_takes_no_turn_of_a_login(case):
    taro, _ = enroll.person(kind="hotp")
    for _ in range(10):
        with Visit(taro) as visit:
            visit.send(authd_client.begin(taro, phase="c"))
            assert visit.verdict() == EXEMPT
    visits = begun(taro, 13)
    try:
        assert [visit.greeting for visit in visits] == [HELLO] * 13
        assert [visit.receive()[:1] for visit in visits[:10]] == [b"A"] * 10
    finally:
        ended(visits)


def test_who_is_too_early_is_refused_without_a_question_and_nothing_is_counted(case):
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", kind="hotp")
    ended(begun(taro, 13))
    with wired(), product.unchanged(product.STORE):
        reply = call(taro, [taro.password, token.wrong()])
        assert reply.code == pam.UNAVAILABLE and len(reply.prompts) == 1, reply
    assert case.log(rf"pam_mfa\({pam.SERVICE}:auth\): .*result=unavailable .*too many logins at once")
    # others' turns are their own, and root's programs have none to take
    assert authd_client.once(hanako, other.next()) == ALLOWED
    with wired():
        assert pam.call(taro, [taro.password, token.next()]).code == pam.SUCCESS
