# SPDX-License-Identifier: BSD-2-Clause
"""Secrets, codes and passwords are nowhere but where they belong."""

import base64
import os
import re
from pathlib import Path

from e2e import enroll, otp, pam, pamconf, product, programs, ssh, users
from e2e.checks import exits, let_in, refused
from e2e.terminal import PROMPT, Terminal

WHOLE_TREE = ("/etc/pam_mfa", product.STORE, product.AUDIT.parent)


def forms(secret):
    """How a secret could be written down."""
    plain = base64.b32encode(secret).rstrip(b"=")
    grouped = b" ".join(plain[i:i + 4] for i in range(0, len(plain), 4))
    return {
        "raw": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode(),
        "base32": plain, "lower base32": plain.lower(), "grouped": grouped,
        "base64": base64.b64encode(secret).rstrip(b"="),
    }


def assert_absent(secret, where, data):
    for name, form in forms(secret).items():
        assert form not in data, f"the secret is there as {name}: {where}"


def files():
    """All that the product keeps."""
    return {
        path: path.read_bytes()
        for folder in WHOLE_TREE for path in Path(folder).rglob("*") if path.is_file()
    }


def processes():
    """Arguments and environment of everything that runs."""
    for folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                yield folder / name, (folder / name).read_bytes()
            except OSError:
                pass


def test_the_check_would_find_a_secret(case):
    secret = os.urandom(20)
    for name, form in forms(secret).items():
        try:
            assert_absent(secret, "here", b"x" + form + b"y")
        except AssertionError:
            continue
        raise RuntimeError(name)


def test_a_fresh_secret_is_shown_once_and_stands_nowhere(case):
    taro = users.new()
    with Terminal(["mfa-enroll", "add", taro.name, "totp"]) as terminal:
        token = otp.from_uri(terminal.expect(r"otpauth://\S+(?=\s)")[1].group())
        terminal.expect(PROMPT)
        seen = list(processes())
        assert any(b"mfa-enroll" in data for _, data in seen)
        for where, data in seen:
            assert_absent(token.secret, where, data)
        token.settle()
        for step in (token.step() - 1, token.step()):
            terminal.send(token.at(step))
            terminal.expect(PROMPT if step < token.step() else "Enrolled")
        assert terminal.wait() == 0
        assert terminal.transcript.count(forms(token.secret)["base32"].decode()) == 1
    everywhere_absent(case, taro, token)


def test_a_secret_from_standard_input_stands_nowhere(case):
    for form in ("hex", "base32"):
        taro = users.new()
        token = otp.Token(os.urandom(32), "totp", "sha256")
        text = forms(token.secret)[form].decode()
        add = ("add", taro.name, "totp", "--secret-stdin", form, "--algorithm", "sha256")
        with Terminal(["mfa-enroll", *add]) as terminal:
            terminal.expect(PROMPT)
            terminal.send(text)
            terminal.expect(PROMPT)
            for where, data in processes():
                assert_absent(token.secret, where, data)
            token.settle()
            terminal.send(token.at(token.step() - 1))
            terminal.expect(PROMPT)
            terminal.send(token.at(token.step()))
            assert terminal.wait() == 0
            assert_absent(token.secret, "what was shown", terminal.transcript.encode())
        everywhere_absent(case, taro, token)


def everywhere_absent(case, user, token):
    told = [enroll.run(*arguments) for arguments in (
        ("list",), ("list", "--json"), ("list", user.name), ("show", user.name), ("show", user.name, "--json"))]
    for done in told:
        exits(done, 0, user.name)
        assert_absent(token.secret, done.args, (done.stdout + done.stderr).encode())
    assert_absent(token.secret, "syslog", "\n".join(case.log()).encode())
    assert case.log(f"user={user.name}")
    for path, data in files().items():
        assert_absent(token.secret, path, data)


def test_errors_do_not_repeat_a_secret(case):
    taro = users.new()
    secret = os.urandom(20)
    hexed = secret.hex()
    for written in (hexed + "x", hexed + "0", hexed[:8], hexed * 6):
        done = enroll.run("add", taro.name, "totp", "--secret-stdin", "hex", "--no-confirm", stdin=written + "\n")
        exits(done, 1)
        assert hexed[:8] not in done.stdout + done.stderr, done
    assert not any(hexed[:8] in line for line in case.log())


def test_codes_and_passwords_are_in_no_log(case):
    """Right, wrong, used; at every program; a password typed for the code or for the name."""
    taro, token = enroll.person(kind="hotp")
    given = [token.next(), token.next(), token.next(), token.wrong()]
    with pamconf.wired("login", "su", "sudo", "sshd", arguments="debug"), ssh.Server() as server:
        let_in(programs.login(taro, [taro.password, given[0]]))
        let_in(programs.sudo(taro, [taro.password, given[1]]))
        let_in(ssh.login(taro, [taro.password, given[2]]))
        refused(ssh.login(taro, [taro.password, given[3]]))
        refused(programs.login(taro, [taro.password, taro.password]))
        refused(programs.login(taro, ["mistyped secret", "mistyped code"]))
        server_log = server.log()
    with pam.module_alone("debug"):
        pam.call("secret-as-a-name", [given[3]])
    given += [taro.password, "mistyped", "secret-as-a-name"]
    places = {"syslog": "\n".join(case.log(r"pam_mfa|mfa-enroll")), "sshd": server_log,
              **{str(path): data.decode("latin-1") for path, data in files().items()}}
    assert "code-right" in places["syslog"]
    for where, text in places.items():
        for secret in given:
            # Six digits can be in a time, a number or a key by chance: not on their own.
            assert not re.search(rf"(?<![0-9a-f]){re.escape(secret)}(?![0-9a-f])", text), (where, secret)


def test_a_process_that_holds_secrets_leaves_no_core(case):
    taro = users.new()
    with Terminal(["mfa-enroll", "add", taro.name, "totp"]) as terminal:
        terminal.expect(PROMPT)
        limits = Path(f"/proc/{terminal.pid}/limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits), limits
