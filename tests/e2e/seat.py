# SPDX-License-Identifier: BSD-2-Clause
"""Where the programs of a case run: in a session at this machine, or outside of any."""

import os
import subprocess
from pathlib import Path

SEAT = Path(__file__).resolve().parents[1] / "root" / "seat"
LOGINUID = Path("/proc/self/loginuid")
NONE = str(2**32 - 1)


def _number(uid):
    """Gives this process a number of a session, or takes it away; some kernels have none."""
    try:
        LOGINUID.write_text(uid)
    except OSError:
        pass


def take(uid=0):
    """This process, and what it starts, is in a session of the user at a seat from now on. In
    a child: before it becomes the user."""
    _number(NONE)
    _number(str(uid))
    subprocess.run([SEAT, "--join", str(os.getpid()), str(uid)], check=True)


def leave():
    """This process is a service of the system: for preexec_fn of a server."""
    _number(NONE)
    subprocess.run([SEAT, "--leave", str(os.getpid())], check=True)
