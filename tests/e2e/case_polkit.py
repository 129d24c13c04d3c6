# SPDX-License-Identifier: BSD-2-Clause
"""polkit: pkexec on a terminal, with its own agent and the real daemon."""

import json
import os
import re
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import audit, enroll, greeter, pamconf, prepare, product, programs, users
from e2e.checks import module_lines
from e2e.desktop import until
from e2e.terminal import PROMPT, Ended, Terminal

LAYER = "desktop"


def example():
    text = (prepare.REPOSITORY / "docs/examples/pam.d/polkit-1").read_text()
    return pamconf.written("polkit-1", text.replace("pam_unix.so", "pam_unix.so nodelay", 1))


# pkexec's own agent is root's, and polkit 122 then finds no session for the user's answer.
SCRIPT = f"""mkfifo /tmp/agent-$$
pkttyagent --process $$ --notify-fd 3 3>/tmp/agent-$$ &
cat /tmp/agent-$$
pkexec --disable-internal-agent sh -c '{programs.PROOF}'
status=$?
kill $!
exit $status"""


@contextmanager
def polkitd():
    """The system's bus with the daemon on it."""
    with greeter.bus():
        daemon = subprocess.Popen(["/usr/lib/polkit-1/polkitd", "--no-debug"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        name = ["dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
                "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.PolicyKit1"]
        try:
            until(lambda: b"true" in subprocess.run(name, capture_output=True).stdout, "polkitd")
            yield
        finally:
            daemon.terminate()
            daemon.wait(10)


def pkexec(user, answers):
    """Whether root's command ran."""
    given = list(answers)
    with Terminal(["sh", "-c", SCRIPT], user=user) as terminal:
        try:
            while True:
                which, _ = terminal.expect(r"logged in as root", PROMPT)
                if which == 0:
                    return True
                terminal.answer(given.pop(0))
        except Ended:
            assert not given, given
            return False


HELPER = "/usr/libexec/polkit-agent-helper-1"
SANDBOXED = Path(__file__).resolve().with_name("sandboxed")


def served_by_socket(user, caller, answers, wrapper=()):
    """The helper as a newer polkit starts it: by root, for a client that came to a local socket. Gives
    what it said last."""
    ends = []

    def work():
        os.seteuid(caller.uid)
        ends.extend(socket.socketpair())
        os.seteuid(0)

    work()
    client, server = ends
    with client, server, subprocess.Popen([*wrapper, HELPER, user.name], stdin=server, stdout=server,
                                          stderr=subprocess.DEVNULL) as helper:
        server.close()
        given = list(answers)
        lines = client.makefile("rw")
        lines.write("cookie\n")
        lines.flush()
        last = ""
        for line in lines:
            last = line.strip()
            if last.startswith("PAM_PROMPT"):
                lines.write(given.pop(0) + "\n")
                lines.flush()
        helper.wait(10)
        return last


def test_guesses_by_a_socket_are_their_users(case):
    """One person's do not keep others from it, though all are asked by root's process."""
    taro, token = enroll.person(kind="hotp")
    jiro, hanako = users.new("jiro"), users.new("hanako")
    with product.config(zone={"max_failures": 2}), polkitd(), example():
        for _ in range(2):
            assert served_by_socket(taro, jiro, [taro.password, token.wrong()]) == "FAILURE"
        assert served_by_socket(taro, jiro, [taro.password, token.next()]) == "FAILURE"
        line = module_lines(case)[-1]
        assert f'caller={jiro.uid} ' in line and f'detail="user id {jiro.uid} is locked until ' in line, line
        served_by_socket(taro, hanako, [taro.password, token.last()])
        line = module_lines(case)[-1]
        assert f"result=allowed" in line and f"caller={hanako.uid}" in line, line


def test_the_sandbox_of_a_newer_polkit_needs_no_opening(case):
    """The module only connects to mfa-authd, which has records, trail and ports."""
    taro, token = enroll.person(kind="hotp")
    jiro = users.new("jiro")
    with polkitd(), example():
        assert served_by_socket(taro, jiro, [taro.password, token.wrong()], wrapper=[SANDBOXED]) == "FAILURE"
        assert served_by_socket(taro, jiro, [taro.password, token.next()], wrapper=[SANDBOXED])
    lines = [re.search(r"result=(\S+) reason=(\S+).*caller=(\d+)", line).groups() for line in module_lines(case)]
    assert lines == [("denied", "code-wrong", str(jiro.uid)), ("allowed", "code-right", str(jiro.uid))], lines
    assert len([event for event in audit.events() if event.get("user") == taro.name]) >= 2


def test_pkexec_asks_for_password_and_code(case):
    taro, token = enroll.person(kind="hotp")
    subprocess.run(["gpasswd", "-M", taro.name, "sudo"], check=True, stdout=subprocess.DEVNULL)
    with polkitd(), example():
        assert not pkexec(taro, [taro.password, token.wrong()])
        assert not pkexec(taro, ["wrong", token.next()])
        assert pkexec(taro, [taro.password, token.next()])
    lines = [re.search(r"\((\S+):auth\).*result=(\S+)", line).groups() for line in module_lines(case)]
    assert lines == [("polkit-1", "denied"), ("polkit-1", "allowed"), ("polkit-1", "allowed")], lines


def everything_holes():
    said = json.loads(enroll.run("check", "--service", "polkit-1", "--json").stdout)
    return [(one["file"], one["line"]) for one in said["findings"] if one["level"] == "hole"]


def test_a_rule_for_every_action_has_pkexec_ask_nobody(case):
    taro, _ = enroll.person()
    path = Path("/etc/polkit-1/rules.d/10-site.rules")
    rule = f"polkit.addRule(function(action, subject) {{\n\tif (%ssubject.user == '{taro.name}')\n\t\treturn 'yes';\n}});\n"
    for condition, is_open in (("", True), ("action.id == 'org.freedesktop.policykit.exec' && ", True), ("action.id == 'a.b' && ", False)):
        with product.written(path, rule % condition), example():
            path.chmod(0o644)
            assert everything_holes() == [(str(path), 3)] * is_open, condition
            if is_open:
                with polkitd():
                    assert pkexec(taro, [])
