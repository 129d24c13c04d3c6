# SPDX-License-Identifier: BSD-2-Clause
"""The root's syslog: binds /dev/log and keeps what arrives."""

import os
import re
import socket
import threading
import time
import uuid


class DevLog:
    """Receives until the process ends. Lines keep their order of arrival."""

    def __init__(self, path="/dev/log"):
        self._path = path
        self._lines = []
        self._arrival = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        threading.Thread(target=self._receive, daemon=True).start()

    def mark(self):
        """A place in the log, for lines(since)."""
        return len(self.lines())

    def lines(self, since=0, pattern=""):
        """What has arrived since the mark and matches, without priority and time."""
        self._drain()
        with self._arrival:
            return [line for line in self._lines[since:] if re.search(pattern, line)]

    def _drain(self):
        """Sends a line of its own and waits for it: all that was sent before has arrived."""
        mark = uuid.uuid4().hex
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark.encode(), self._path)
        end = time.monotonic() + 5
        with self._arrival:
            while mark not in self._lines:
                if not self._arrival.wait(end - time.monotonic()):
                    raise TimeoutError("/dev/log does not answer")
            self._lines.remove(mark)

    def _receive(self):
        while True:
            line = self._socket.recv(65536).decode(errors="replace").rstrip("\n\0")
            line = re.sub(r"^<\d+>(\w{3} [ \d]\d \d\d:\d\d:\d\d )?", "", line)
            with self._arrival:
                self._lines.append(line)
                self._arrival.notify_all()
