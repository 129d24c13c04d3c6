# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd's protocol (include/mfa/authd_protocol.h) by hand, from a process that anybody can start."""

import array
import ctypes
import os
import signal
import socket

from e2e import authd, transcript, users
from e2e.terminal import become

ROOT = users.User("root", "", 0, 0, "/")

PASSWORD, EXPLAIN, DEBUG = 1, 2, 4
ALLOWED, EXEMPT, DENIED, UNAVAILABLE, NO_DIALOG, GIVEN_UP = "axdung"
HELLO, FULL, TAKEN, END = b"H\1", b"F", b"K", b""
SECONDS = 20
PR_SET_DUMPABLE = 4

libc = ctypes.CDLL(None, use_errno=True)


def begin(user, service="i3lock", tty=":0", rhost="", display="", peer="", conf="", zone="", locale="C", charset="UTF-8",
          passed=("", "", ""), flags=0, phase="a", version=1):
    """The first message."""
    texts = (getattr(user, "name", user), service, tty, rhost, display, peer, conf, zone, locale, charset, *passed)
    return b"B" + bytes((version, ord(phase), flags)) + b"".join(text.encode() + b"\0" for text in texts)


def reply(text, flags=0, user=""):
    return b"R" + bytes((flags,)) + user.encode() + b"\0" + text.encode()


def hand_over(way, connection):
    way.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [connection.fileno()]))])


def take_over(way):
    """The connection that the child has made."""
    message, control, _, _ = way.recvmsg(64, socket.CMSG_LEN(4))
    assert control, f"the child could not connect: {message.decode()}"
    return socket.socket(fileno=array.array("i", control[0][2])[0])


class Visit:
    """One login, of a process that becomes the user, is prepared, and connects. The process is
    there until the block's end, which also hangs up. It may become another program then."""

    def __init__(self, user, prepare=lambda: None, become_program=None, awaits_greeting=True):
        self.user = user
        self._become_program = become_program
        self._way, its = socket.socketpair()
        self._way.settimeout(SECONDS)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self._way.close()
                self._connect(its, prepare)
            finally:
                os._exit(1)
        its.close()
        self._end = take_over(self._way)
        self._end.settimeout(SECONDS)
        self.greeting = self.receive() if awaits_greeting else None

    def _connect(self, way, prepare):
        try:
            become(self.user)
            libc.prctl(PR_SET_DUMPABLE, 1)  # as after an exec: /proc/self is the user's own
            prepare()
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            connection.connect(str(authd.SOCKET))
            hand_over(way, connection)
            connection.close()
        except BaseException as error:
            way.send(repr(error).encode()[:64])
        if self._become_program:
            self._become_program()
        way.recv(1)
        os._exit(0)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.hang_up()
        if self.pid:
            self.end_process()
        self._way.close()

    def end_process(self, number=signal.SIGKILL):
        """The process that connected has ended, and its number is free."""
        os.kill(self.pid, number)
        os.waitpid(self.pid, 0)
        self.pid = None

    def send(self, packet):
        self._end.send(packet)

    def hang_up(self):
        self._end.close()

    def fileno(self):
        return self._end.fileno()

    def receive(self):
        """The next message; empty at the end."""
        try:
            packet = self._end.recv(65536)
        except ConnectionResetError:  # it has gone, and left unread what it was sent
            packet = self._end.recv(65536)
        transcript.tell(f"mfa-authd to {self.user.name}", packet.decode(errors="replace"))
        return packet

    def ask(self, of=None, **claims):
        """Says whose login it is, if not the own user's, and waits for the question; gives its text."""
        assert self.greeting == HELLO, self.greeting
        self.send(begin(of or self.user, **claims))
        packet = self.receive()
        assert packet[:1] == b"A", packet
        return packet[1:].decode()

    def verdict(self):
        """The letter of the verdict; what is shown before it is passed over."""
        packet = self.receive()
        while packet[:1] in (b"I", b"E", b"K"):
            packet = self.receive()
        assert packet[:1] == b"V" and len(packet) > 8 and packet[-1:] == b"\0", packet
        return chr(packet[1])

    def answer(self, text, **more):
        """Gives the answer; gives the verdict."""
        self.send(reply(text, **more))
        assert self.receive() == TAKEN
        return self.verdict()


def once(user, text, **claims):
    """One whole login; gives the verdict."""
    with Visit(user) as visit:
        visit.ask(**claims)
        return visit.answer(text)


def refusal(user, **claims):
    """The verdict on a login that is refused before any question."""
    with Visit(user) as visit:
        assert visit.greeting == HELLO, visit.greeting
        visit.send(begin(claims.pop("of", user), **claims))
        return visit.verdict()
