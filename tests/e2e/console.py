# SPDX-License-Identifier: BSD-2-Clause
"""A virtual terminal of the machine's own, and a person in front of it."""

import os
import stat
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import programs, transcript
from e2e.terminal import become

VT = 60


@contextmanager
def virtual_terminal(number=VT):
    """A terminal of the machine's own, in this throwaway root; gives its path."""
    path = Path(f"/dev/tty{number}")
    os.mknod(path, 0o620 | stat.S_IFCHR, os.makedev(4, number))
    # whose last descriptor is closed is nobody's terminal
    hold = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        yield path
    finally:
        os.close(hold)
        path.unlink()


def sit_down(terminal):
    """In a child: this process has the terminal, as a shell there has."""
    os.setsid()
    os.close(os.open(terminal, os.O_RDWR))  # its controlling terminal


def su_at(terminal, user, caller):
    """su by a person at the virtual terminal, with lines through a pipe; gives the process."""
    def begin():
        sit_down(terminal)
        become(caller)

    return subprocess.Popen(["su", user.name, "-c", programs.PROOF], preexec_fn=begin, cwd="/", text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def communicate(su, *lines):
    """Types the lines; gives its exit status, and what it said."""
    out, _ = su.communicate("".join(f"{line}\n" for line in lines), timeout=20)
    transcript.tell("su at the virtual terminal", f"{out}\n[exit {su.returncode}]")
    return su.returncode, out
