# SPDX-License-Identifier: BSD-2-Clause
"""A small expect: runs one program on a pseudo-terminal of its own."""

import codecs
import os
import re
import select
import signal
import termios
import time

from e2e import transcript


# A prompt ends what was said so far, with the cursor behind its colon. "su:" and the like
# begin a message of which the rest is still to come.
PROMPT = r"(?m)^(?![a-z-]+:)[^\n]*[:\uff1a] ?\Z"

REOPENED = 1.0  # seconds in which a program that runs may open its terminal anew


class Unexpected(AssertionError):
    """The program did not say what was waited for."""


class Ended(Unexpected):
    """The program ended instead."""


def become(user):
    """Turns this (child) process into the user, with the user's groups."""
    if user.uid != os.getuid():
        os.initgroups(user.name, user.gid)
        os.setgid(user.gid)
        os.setuid(user.uid)


class Terminal:
    """One program on a pty. Use as a context manager: the program ends with the block."""

    def __init__(self, argv, user=None, env=None, cwd="/", deadline=15.0, before=None, encoding="utf-8"):
        self.argv = argv
        self.deadline = deadline
        self.transcript = ""
        self.encoding = encoding
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self.status = None
        self._read = 0
        self._closed = False
        environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "LANG": "C.UTF-8", **(env or {})}
        self.pid, self.fd = os.forkpty()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                if before:
                    before()
                if user:
                    become(user)
                os.execvpe(argv[0], argv, environment)
            except BaseException as error:
                os.write(2, f"{argv[0]}: {error}\n".encode())
            finally:
                os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def unread(self):
        """The part of the transcript that no wait has consumed yet."""
        return self.transcript[self._read :]

    def expect(self, *patterns, deadline=None):
        """Waits for the first of the patterns; gives (its index, the match)."""
        end = time.monotonic() + (deadline or self.deadline)
        while True:
            found = self._earliest(patterns)
            if found:
                self._read += found[1].end()
                return found
            if not self._receive(end):
                kind = Ended if self._closed else Unexpected
                raise kind(f"{self.argv[0]}: waited for {patterns}, saw {self.unread()!r}")

    def send(self, text):
        """Types a line. A lone surrogate is a byte that is not UTF-8."""
        self.press(text + "\n")

    def answer(self, text):
        """Types a line to a program that prints its question before it switches the echo
        off, and then throws away what has been typed already."""
        end = time.monotonic() + self.deadline
        while self.echoes():
            if time.monotonic() > end:
                raise Unexpected(f"{self.argv[0]}: the echo stays on")
            time.sleep(0.005)
        self.send(text)

    def press(self, text):
        """Types without Enter."""
        os.write(self.fd, text.encode(self.encoding, "surrogateescape"))

    def echoes(self):
        """Whether what is typed now would be shown."""
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def wait(self, deadline=None):
        """Reads until the program ends; gives its exit status, negative for a signal."""
        end = time.monotonic() + (deadline or self.deadline)
        while self._receive(end):
            pass
        self._reap(os.WNOHANG)
        while self.status is None:
            if time.monotonic() > end:
                raise Unexpected(f"{self.argv[0]}: still runs, saw {self.unread()!r}")
            time.sleep(0.002)
            self._reap(os.WNOHANG)
        return self.status

    def close(self):
        """Ends the program, if it still runs, and puts the transcript into the transcript."""
        if self.fd < 0:
            return
        if self.status is None:
            self._reap(os.WNOHANG)
        os.close(self.fd)
        self.fd = -1
        if self.status is None:
            # A leader's own death hangs up on what it started.
            os.kill(self.pid, signal.SIGKILL)
            self._reap(0)
        transcript.tell(" ".join(self.argv), f"{self.transcript}\n[exit {self.status}]")

    def _earliest(self, patterns):
        found = [(i, re.search(p, self.unread())) for i, p in enumerate(patterns)]
        found = [(i, match) for i, match in found if match]
        return min(found, key=lambda pair: pair[1].start(), default=None)

    def _receive(self, end):
        """Takes what has come; False when the program closed the pty or time is up."""
        if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
            return False
        data = self._take() or self._take_again()
        self._closed = not data
        self.transcript += self._decode(data).replace("\r", "")
        return bool(data)

    def _take(self):
        try:
            return os.read(self.fd, 65536)
        except OSError:  # nobody has the other end open
            return b""

    def _take_again(self):
        """util-linux's login hangs its terminal up at first, and opens it anew."""
        end = time.monotonic() + REOPENED
        while self.status is None and time.monotonic() < end:
            time.sleep(0.002)
            data = self._take()
            if data:
                return data
            self._reap(os.WNOHANG)
        return b""

    def _reap(self, flags):
        if self.status is not None:
            return
        pid, status = os.waitpid(self.pid, flags)
        if pid:
            self.status = os.waitstatus_to_exitcode(status)
