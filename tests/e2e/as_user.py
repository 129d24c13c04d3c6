# SPDX-License-Identifier: BSD-2-Clause
"""What a user does on a command line of the user's own."""

import subprocess

from e2e import transcript
from e2e.terminal import become


def run(user, argv, **more):
    """Runs a command as the user; gives the completed process."""
    done = subprocess.run(argv, preexec_fn=lambda: become(user), cwd="/", capture_output=True,
                          text=True, timeout=30, **more)
    transcript.tell(" ".join(map(str, argv)), f"{done.stdout}{done.stderr}\n[exit {done.returncode}]")
    return done


def send_signal(user, pid, number):
    """Whether the user may send it."""
    return run(user, ["kill", f"-{int(number)}", str(pid)]).returncode == 0


def ids(user):
    """The words before a command that make it the user's."""
    return ("setpriv", "--reuid", user.name, "--regid", str(user.gid), "--init-groups")
