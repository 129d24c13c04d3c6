# SPDX-License-Identifier: BSD-2-Clause
"""The driver itself, against Debian's own stack: it must see who is let in and who is not."""

from e2e import otp, pamconf, programs, ssh, users

NEEDS_PRODUCT = False


def let_in(outcome, prompts):
    assert outcome.let_in and outcome.status == 0, outcome
    assert len(outcome.prompts) == prompts, outcome


def refused(outcome, prompts):
    assert not outcome.let_in and outcome.status != 0, outcome
    assert len(outcome.prompts) == prompts, outcome


def test_login_sees_right_and_wrong_password(case):
    taro = users.new()
    with pamconf.password_only("login"):
        let_in(programs.login(taro, [taro.password]), 1)
        refused(programs.login(taro, ["wrong"]), 1)
        refused(programs.login("nobody-here", ["wrong"]), 1)
    assert case.log(r"pam_unix\(login:session\): session opened for user taro")
    assert case.log(r"pam_unix\(login:auth\): authentication failure")


def test_su_by_a_user_sees_right_and_wrong_password(case):
    taro, hanako = users.new("taro"), users.new("hanako")
    with pamconf.password_only("su"):
        let_in(programs.su(taro, [taro.password], caller=hanako), 1)
        refused(programs.su(taro, ["wrong"], caller=hanako), 1)
        refused(programs.su(taro, [hanako.password], caller=hanako), 1)


def test_su_by_root_asks_nothing(case):
    taro = users.new()
    with pamconf.password_only("su"):
        let_in(programs.su(taro, []), 0)
        refused(programs.su("nobody-here", []), 0)


def test_sudo_sees_right_and_wrong_password(case):
    taro = users.new()
    with pamconf.password_only("sudo"):
        refused(programs.sudo(taro, ["wrong"]), 1)
        let_in(programs.sudo(taro, [taro.password]), 1)


def test_sudo_ticket_serves_one_terminal_only(case):
    taro = users.new()
    with pamconf.password_only("sudo"):
        refused(programs.sudo(taro, [], options=["-n"]), 0)
        refused(programs.sudo_again(taro, ["wrong"]), 1)
        let_in(programs.sudo_again(taro, [taro.password]), 1)
        refused(programs.sudo(taro, [], options=["-n"]), 0)


def test_sudo_from_standard_input_sees_right_and_wrong_password(case):
    taro = users.new()
    with pamconf.password_only("sudo"):
        refused(programs.sudo_stdin(taro, ["wrong"]), 0)
        refused(programs.sudo_stdin(taro, []), 0)
        let_in(programs.sudo_stdin(taro, [taro.password]), 0)


def test_sshd_keyboard_interactive_sees_right_and_wrong_password(case):
    taro = users.new()
    with pamconf.password_only("sshd"), ssh.Server():
        let_in(ssh.login(taro, [taro.password]), 1)
        refused(ssh.login(taro, ["wrong"]), 1)
        refused(ssh.login(taro, [None]), 1)
        refused(ssh.login("nobody-here", ["wrong"]), 1)


def test_sshd_password_sees_right_and_wrong_password(case):
    taro = users.new()
    with pamconf.password_only("sshd"), ssh.Server("PasswordAuthentication yes"):
        let_in(ssh.login(taro, [taro.password], "password"), 1)
        refused(ssh.login(taro, ["wrong"], "password"), 1)


def test_sshd_publickey_sees_right_and_wrong_key(case):
    taro, hanako = users.new("taro"), users.new("hanako")
    key, other = ssh.authorize(taro), ssh.authorize(hanako)
    with pamconf.password_only("sshd"), ssh.Server():
        let_in(ssh.login(taro, [], "publickey", key), 0)
        refused(ssh.login(taro, [], "publickey", other), 0)


def test_sshd_publickey_and_keyboard_interactive_needs_both(case):
    taro = users.new()
    key = ssh.authorize(taro)
    both = "publickey,keyboard-interactive"
    with pamconf.password_only("sshd"), ssh.Server(f"AuthenticationMethods {both}"):
        let_in(ssh.login(taro, [taro.password], both, key), 1)
        refused(ssh.login(taro, ["wrong"], both, key), 1)
        refused(ssh.login(taro, [taro.password], both), 0)
        refused(ssh.login(taro, [], "publickey", key), 0)


def test_otp_gives_the_codes_of_the_rfcs(case):
    hotp = otp.Token(b"12345678901234567890", kind="hotp")
    assert [hotp.next() for _ in range(3)] == ["755224", "287082", "359152"]
    assert hotp.last() == "359152"
    key = (b"1234567890" * 7)[:64]
    for algorithm, size, code in (("sha1", 20, "14050471"), ("sha256", 32, "67062674"),
                                  ("sha512", 64, "99943326")):
        token = otp.Token(key[:size], algorithm=algorithm, digits=8)
        assert token.at(1111111111 // 30) == code


def test_otp_reads_a_uri(case):
    uri = "otpauth://hotp/a:b?secret=GEZDGNBV&issuer=a&algorithm=SHA256&digits=8&counter=7"
    token = otp.from_uri(uri)
    assert (token.secret, token.kind, token.algorithm) == (b"12345", "hotp", "sha256")
    assert (token.digits, token.counter) == (8, 7)


def test_wiring_puts_the_module_after_the_password_and_before_common_account(case):
    for service in ("login", "su", "sudo", "sshd"):
        with pamconf.wired(service, arguments="conf=/c"):
            text = (pamconf.FOLDER / service).read_text()
        assert "auth required pam_unix.so nodelay\nauth required pam_mfa.so conf=/c\n" in text
        assert "account required pam_mfa.so conf=/c\n@include common-account" in text
        assert "common-auth" not in text and "pam_mfa" not in (pamconf.FOLDER / service).read_text()
