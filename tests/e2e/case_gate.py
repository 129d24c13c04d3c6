# SPDX-License-Identifier: BSD-2-Clause
"""The account phase: closes what skips the code at sshd, and breaks nothing elsewhere."""

import json

from e2e import enroll, pam, pamconf, product, ssh, users
from e2e.checks import let_in, module_lines, one_line, refused

BOTH = "publickey,keyboard-interactive"


def test_publickey_alone_is_refused_by_the_gate(case):
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    with pamconf.wired("sshd"), ssh.Server():
        refused(ssh.login(taro, [], "publickey", key), 0)
    one_line(case, rf"\(sshd:account\): event=account result=denied reason=auth-not-passed "
                   rf"zone=mynumber service=sshd user={taro.name}\b")
    last = json.loads(product.AUDIT.read_text().splitlines()[-1])
    assert (last["event"], last["reason"], last["user"]) == ("account", "auth-not-passed", taro.name)


def test_publickey_alone_is_refused_to_the_unenrolled(case):
    taro = users.new()
    key = ssh.authorize(taro)
    with pamconf.wired("sshd"), ssh.Server():
        refused(ssh.login(taro, [], "publickey", key), 0)
    one_line(case, "reason=auth-not-passed")


def test_publickey_alone_is_let_in_where_the_gate_does_not_name_sshd(case):
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    with product.config(zone={"gate": "lightdm"}), pamconf.wired("sshd"), ssh.Server():
        let_in(ssh.login(taro, [], "publickey", key), 0)
    assert not module_lines(case)


def test_publickey_and_keyboard_interactive_are_let_in(case):
    taro, token = enroll.person()
    key = ssh.authorize(taro)
    with pamconf.wired("sshd"), ssh.Server(f"AuthenticationMethods {BOTH}"):
        let_in(ssh.login(taro, [taro.password, token.next()], BOTH, key))
        refused(ssh.login(taro, [taro.password, token.wrong()], BOTH, key))
        refused(ssh.login(taro, [taro.password, token.last()], BOTH, key))
        refused(ssh.login(taro, ["wrong", token.next()], BOTH, key))
        refused(ssh.login(taro, [], "publickey", key), 0)


def test_key_and_code_without_a_password_are_let_in(case):
    """What a site does that takes the key for the first factor."""
    taro, token = enroll.person()
    key = ssh.authorize(taro)
    # sshd also sets credentials, to which pam_mfa alone has nothing to say.
    text = (
        "auth required pam_mfa.so\nauth optional pam_permit.so\naccount required pam_mfa.so\n"
        "@include common-account\n@include common-session\n"
    )
    with pamconf.written("sshd", text), ssh.Server(f"AuthenticationMethods {BOTH}"):
        let_in(ssh.login(taro, [token.next()], BOTH, key), 1)
        refused(ssh.login(taro, [token.wrong()], BOTH, key), 1)
        refused(ssh.login(taro, [], "publickey", key), 0)


def test_one_line_with_a_wrong_password_opens_no_gate_for_the_key(case):
    """sshd asks for the method "password" in the process that looks at the key afterwards."""
    taro, token = enroll.person(kind="hotp")
    key = ssh.authorize(taro)
    text = (
        "auth required pam_mfa.so forward_pass\nauth required pam_unix.so nodelay use_first_pass\n"
        "account required pam_mfa.so\n@include common-account\n@include common-session\n"
    )
    with pamconf.written("sshd", text), ssh.Server("PasswordAuthentication yes"):
        refused(ssh.login(taro, ["wrong" + token.next()], "password,publickey", key), 1)
        # The gate cannot know of the password: who wants one line there takes sshd out of it.
        refused(ssh.login(taro, [taro.password + token.next()], "password"), 1)
    with product.config(zone={"gate": "lightdm"}), pamconf.written("sshd", text), \
            ssh.Server("PasswordAuthentication yes"):
        let_in(ssh.login(taro, [taro.password + token.next()], "password"), 1)


def test_sshd_password_is_refused_and_no_failure(case):
    taro, token = enroll.person()
    with pamconf.wired("sshd"), ssh.Server("PasswordAuthentication yes"):
        refused(ssh.login(taro, [taro.password], "password"), 1)
        one_line(case, r"\(sshd:auth\): .*result=denied reason=not-a-code")
        refused(ssh.login(taro, ["wrong"], "password"), 1)
        # Not even a right code serves for both.
        refused(ssh.login(taro, [token.next()], "password"), 1)
        assert enroll.tokens(taro)[0]["failures"] == 0
        let_in(ssh.login(taro, [taro.password, token.last()]))


def test_the_filler_for_a_user_whom_sshd_denies_is_no_failure(case):
    taro, token = enroll.person()
    answers = ([taro.password, token.next()], [taro.password, "12345678"], [taro.password, "1" * 40],
               [taro.password, "1"], ["wrong", "wrong"])
    with pamconf.wired("sshd"), ssh.Server(f"DenyUsers {taro.name}"):
        for given in answers:
            refused(ssh.login(taro, given))
    assert len(case.log("result=denied reason=not-a-code")) == len(answers)
    assert enroll.tokens(taro)[0]["failures"] == 0
    with pamconf.wired("sshd"), ssh.Server():
        let_in(ssh.login(taro, [taro.password, token.last()]))


def test_the_filler_for_root_is_no_failure(case):
    enroll.give(users.User("root", "", 0, 0, None))
    with pamconf.wired("sshd"), ssh.Server("PermitRootLogin no"):
        refused(ssh.login("root", ["wrong", "123456"]))
    one_line(case, "result=denied reason=not-a-code .*user=root")
    (entry,) = json.loads(enroll.run("list", "root", "--json").stdout)
    assert entry["failures"] == 0


def test_the_filler_costs_the_disk_what_a_code_costs(case):
    """Or the time of the answer would tell who may not in."""
    taro, token = enroll.person(kind="hotp")
    for user, record in ((taro, product.record(taro)), ("nobody-here", product.decoy("nobody-here"))):
        before = record.read_bytes()
        with pamconf.wired("sshd"), ssh.Server(f"DenyUsers {taro.name}"):
            refused(ssh.login(user, ["wrong", token.next()]))
        assert record.read_bytes() != before, user
    assert case.log("reason=not-a-code .*user=taro") and case.log("reason=unknown-user .*user=UNKNOWN")


def test_giving_up_at_the_question_is_no_failure(case):
    taro, token = enroll.person()
    with pamconf.wired("sshd"), ssh.Server():
        refused(ssh.login(taro, [taro.password, None]))
        assert enroll.tokens(taro)[0]["failures"] == 0
        let_in(ssh.login(taro, [taro.password, token.next()]))


def test_a_login_of_one_service_opens_no_other_gate(case):
    """Evidence belongs to one PAM handle: an account call without auth has none."""
    taro, token = enroll.person()
    both = ("authenticate", "acct_mgmt")
    with product.config(zone={"gate": pam.SERVICE}), pam.module_alone():
        reply = pam.call(taro, [token.next()], both)
        # PAM_IGNORE in a stack of this module alone.
        assert reply.codes == {"authenticate": pam.SUCCESS, "acct_mgmt": pam.PERM_DENIED}, reply
        assert not case.log("auth-not-passed")
        assert pam.call(taro, (), ("acct_mgmt",)).codes["acct_mgmt"] == pam.PERM_DENIED
        assert case.log("auth-not-passed")
    with product.config(zone={"gate": pam.SERVICE}), pam.ignore_succeeds():
        assert pam.call(taro, (), ("acct_mgmt",)).codes["acct_mgmt"] == pam.PERM_DENIED
        again = pam.call(taro, [token.wrong()], both)
        assert again.codes["acct_mgmt"] == pam.PERM_DENIED, again
