# SPDX-License-Identifier: BSD-2-Clause
"""mfa-verify by hand: its packets, from a process of the user's own."""

import os
import signal
import socket
import subprocess
from contextlib import contextmanager

from e2e import transcript
from e2e.terminal import become

PROGRAM = "/usr/libexec/pam_mfa/mfa-verify"

PASSWORD, EXPLAIN, JAPANESE = 1, 2, 4
ALLOWED, EXEMPT, DENIED, UNAVAILABLE, NO_DIALOG, GIVEN_UP = "axdung"


def begin(user, service="i3lock", zone="", tty=":0", rhost="", flags=0, version=1):
    """The first packet."""
    texts = (getattr(user, "name", user), service, zone, tty, rhost)
    return b"B" + bytes((version, flags)) + b"".join(text.encode() + b"\0" for text in texts)


class Visit:
    """One run of the program by the user; prepare is done in the process before it starts.
    The block's end hangs up and waits for the program's end."""

    def __init__(self, user, argv=(PROGRAM,), prepare=lambda: None, env=None, executable=None, **more):
        self.user = user
        self._end, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._end.settimeout(20)

        def turn_into_user():
            become(user)
            prepare()

        self.process = subprocess.Popen(
            argv, executable=executable, stdin=its, env=env or {}, cwd="/",
            preexec_fn=turn_into_user, **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more},
        )
        its.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._end.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            transcript.tell(f"mfa-verify of {self.user.name}", f"[exit {self.process.returncode}]")

    @property
    def pid(self):
        return self.process.pid

    def send(self, packet):
        self._end.send(packet)

    def hang_up(self):
        self._end.close()

    def receive(self):
        """The next packet; empty at the end."""
        try:
            packet = self._end.recv(65536)
        except ConnectionResetError:  # it has gone, and left unread what it was sent
            packet = self._end.recv(65536)
        transcript.tell("mfa-verify", packet.decode(errors="replace"))
        return packet

    def ask(self, **claims):
        """Says who it is, and waits for the question; gives its text."""
        self.send(begin(self.user, **claims))
        packet = self.receive()
        assert packet[:1] == b"A", packet
        return packet[1:].decode()

    def verdict(self):
        """The letter of the verdict, with the lines before it passed over."""
        packet = self.receive()
        while packet[:1] in (b"I", b"E"):
            packet = self.receive()
        assert packet[:1] == b"V" and len(packet) == 4, packet
        return chr(packet[1])

    def answer(self, text):
        """Gives the answer; gives the verdict."""
        self.send(b"R" + text.encode())
        return self.verdict()

    def status(self, field):
        """A field of /proc/PID/status."""
        lines = open(f"/proc/{self.pid}/status").read().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{field}:"))


def may_raise_limits():
    """Root in a container may not."""
    line = next(line for line in open("/proc/self/status") if line.startswith("CapEff"))
    return int(line.split()[1], 16) & 1 << 24 != 0


def once(user, text, **claims):
    """One whole run; gives the verdict."""
    with Visit(user) as visit:
        visit.ask(**claims)
        return visit.answer(text)


def as_user(user, argv, **more):
    """Runs a command as the user; gives the completed process."""
    done = subprocess.run(argv, preexec_fn=lambda: become(user), cwd="/", capture_output=True,
                          text=True, timeout=30, **more)
    transcript.tell(" ".join(map(str, argv)), f"{done.stdout}{done.stderr}\n[exit {done.returncode}]")
    return done


def send_signal(user, pid, number):
    """Whether the user may send it."""
    return as_user(user, ["kill", f"-{int(number)}", str(pid)]).returncode == 0


@contextmanager
def mode(bits):
    """The program has this mode within the block."""
    os.chmod(PROGRAM, bits)
    try:
        yield
    finally:
        os.chmod(PROGRAM, 0o4755)


CATCHABLE = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2,
             signal.SIGPIPE, signal.SIGALRM, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGXFSZ,
             signal.SIGXCPU, signal.SIGVTALRM, signal.SIGPROF)
