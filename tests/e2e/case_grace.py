"""The roll-out: people who are not enrolled yet, until a day."""

from datetime import date, timedelta

from e2e import enroll, pamconf, product, programs, ssh, users
from e2e.checks import let_in, one_line, refused


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


def test_after_the_day_nobody_gets_in_without(case):
    taro = users.new()
    with pamconf.wired("login"), until(date.today() - timedelta(days=2)):
        refused(programs.login(taro, [taro.password, "123456"]))


def test_without_a_reason_it_is_an_error(case):
    taro = users.new()
    with pamconf.wired("login"), product.config(zone={"grace_until": "2099-12-31"}):
        refused(programs.login(taro, [taro.password]), prompts=1)
        one_line(case, "result=unavailable .*grace_until: grace_reason must say why")
