# SPDX-License-Identifier: BSD-2-Clause
"""Logins of others by the real su, while one user floods su and gives up at the question."""

import os
import pwd
import statistics
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from . import places, stacks, table

AT_ONCE = 40
ROUNDS = 25
LIMIT = 2.0
SU = Path("/etc/pam.d/su")
FLOOD = Path(__file__).resolve().parents[1] / "support/flood_of_su"


def _become(name):
    entry = pwd.getpwnam(name)
    os.initgroups(name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _login(caller, user, code):
    """Milliseconds of one su."""
    start = time.monotonic()
    done = subprocess.run(["su", user, "-c", "true"], input=f"{code}\n", text=True, cwd="/",
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          preexec_fn=lambda: _become(caller))
    return 1000 * (time.monotonic() - start), done.returncode == 0


@contextmanager
def _flood(caller, user):
    argv = ["/usr/bin/python3", "-ISBc", FLOOD.read_text(), user, str(AT_ONCE), "0"]
    with subprocess.Popen(argv, preexec_fn=lambda: _become(caller), cwd="/", text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as flood:
        try:
            if flood.stdout.readline() != "floods\n":
                raise SystemExit("bench: su does not run")
            yield
        finally:
            flood.kill()


@contextmanager
def _wired(auth):
    """su asks this module, and nothing else."""
    before = SU.read_text()
    # who asks alone sets no credentials
    SU.write_text(f"auth required {auth}\nauth required pam_permit.so\naccount required pam_permit.so\n"
                  "session required pam_permit.so\n")
    try:
        yield
    finally:
        SU.write_text(before)


def _logins(codes):
    """The median, and how many were refused."""
    runs = [_login("kuro", "hanako", next(codes)) for _ in range(ROUNDS)]
    return statistics.median(ms for ms, _ in runs), sum(not is_in for _, is_in in runs)


def measure(place, budgets):
    for name in ("taro", "hanako", "jiro", "kuro"):
        places.user(name)
    stack = stacks.Ours(place)
    stack.enrol("hotp", "taro", "hanako")
    codes = (stacks.code("hotp", counter) for counter in range(10**6))
    with _wired("pam_permit.so"):
        bare, _ = _logins(iter([""] * ROUNDS))
        with _flood("jiro", "taro"):
            bare_flooded, _ = _logins(iter([""] * ROUNDS))
    with _wired(f"{stacks.BUILD}/pam_module/pam_mfa.so conf={stack.config}"):
        quiet, refused = _logins(codes)
        with _flood("jiro", "taro"):
            flooded, refused_then = _logins(codes)
        after, _ = _logins(codes)
    print(f"Logins by su, medians of {ROUNDS}, while another user runs {AT_ONCE} su at a time and gives up at the "
          "question. What\nforty programs cost the machine is in the first line: there they ask nothing.\n")
    table.show(place.title, ("", "quiet", "flood", "ratio", "after"),
               [("su with pam_permit", f"{bare:.1f} ms", f"{bare_flooded:.1f} ms", table.times(bare_flooded / bare), ""),
                ("su with pam_mfa", f"{quiet:.1f} ms", f"{flooded:.1f} ms", table.times(flooded / quiet),
                 f"{after:.1f} ms")])
    budgets.refused(refused + refused_then)
    budgets.add(f"others' su under a flood of su, {place.title}", table.times(flooded / quiet), table.times(LIMIT),
                flooded / quiet <= LIMIT)
