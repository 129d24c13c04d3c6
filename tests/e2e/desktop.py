# SPDX-License-Identifier: BSD-2-Clause
"""An X server without a screen, a keyboard to type on it, and what it shows."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from e2e import transcript
from e2e.terminal import Unexpected, become

SHOTS = Path(os.environ.get("MFA_SHOTS", "/tmp/shots"))


def until(truth, what, seconds=20.0):
    """Waits until truth() gives something true; gives that."""
    end = time.monotonic() + seconds
    while True:
        found = truth()
        if found:
            return found
        if time.monotonic() > end:
            raise Unexpected(f"waited in vain: {what}")
        time.sleep(0.05)


class Display:
    """A display that answers, and who types there."""

    def __init__(self, name, authority=None):
        self.name = name
        self.env = {"PATH": os.environ["PATH"], "DISPLAY": name, "LANG": "C.UTF-8"}
        if authority:
            self.env["XAUTHORITY"] = str(authority)

    def run(self, *argv):
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=20)
        transcript.tell(" ".join(argv), f"{done.stdout}{done.stderr}[exit {done.returncode}]")
        return done

    def answers(self):
        return subprocess.run(["xdotool", "getdisplaygeometry"], env=self.env, capture_output=True).returncode == 0

    def press(self, *keys):
        self.run("xdotool", "key", "--delay", "60", *keys)

    def type(self, text, delay_ms=30):
        """Types a line and Enter."""
        typed = subprocess.run(["xdotool", "type", "--delay", str(delay_ms), "--file", "-"], input=text, text=True, env=self.env)
        assert typed.returncode == 0
        self.press("Return")

    def windows(self):
        """The titles of what is mapped."""
        return self.run("xdotool", "search", "--onlyvisible", "--name", "").stdout.split()

    def shows_more_than_black(self):
        colours = subprocess.run(["sh", "-c", "import -window root png:- | identify -format %k -"],
                                 env=self.env, capture_output=True, text=True).stdout
        return colours.isdigit() and int(colours) > 8

    def shoot(self, name):
        """A picture of it all; gives its path."""
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.run("import", "-window", "root", str(path))
        return path


@contextmanager
def display(number=7):
    """A display of its own, for the length of the block."""
    argv = ["Xvfb", f":{number}", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-ac", "-noreset"]
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        screen = Display(f":{number}")
        until(screen.answers, "the X server")
        yield screen
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def program(user, argv, env):
    """Runs it as the user within the block."""
    more = {"HOME": str(user.home), "USER": user.name, "LOGNAME": user.name}
    process = subprocess.Popen(argv, env={**env, **more}, cwd=user.home, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                               preexec_fn=lambda: become(user), start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            out, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
        transcript.tell(" ".join(argv), f"{out}[exit {process.returncode}]")
