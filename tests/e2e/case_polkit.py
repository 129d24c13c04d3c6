"""polkit: pkexec on a terminal, with its own agent and the real daemon."""

import re
import subprocess
from contextlib import contextmanager

from e2e import enroll, greeter, pamconf, prepare, programs
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


def test_pkexec_asks_for_password_and_code(case):
    taro, token = enroll.person(kind="hotp")
    subprocess.run(["gpasswd", "-M", taro.name, "sudo"], check=True, stdout=subprocess.DEVNULL)
    with polkitd(), example():
        assert not pkexec(taro, [taro.password, token.wrong()])
        assert not pkexec(taro, ["wrong", token.next()])
        assert pkexec(taro, [taro.password, token.next()])
    lines = [re.search(r"\((\S+):auth\).*result=(\S+)", line).groups() for line in module_lines(case)]
    assert lines == [("polkit-1", "denied"), ("polkit-1", "allowed"), ("polkit-1", "allowed")], lines
