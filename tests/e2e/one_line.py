# SPDX-License-Identifier: BSD-2-Clause
"""Programs that ask once, for a password, and show none of the questions: i3lock, swaylock under a
compositor without a screen, and sddm on an X server without one."""

import os
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from e2e import desktop, greeter, transcript
from e2e.desktop import until
from e2e.terminal import become


class I3Lock(desktop.Display):
    area = "160x60+320+270"
    language = "en"
    busy, wrong = "Verifying", "Wrong!"

    def answer(self, user):
        time.sleep(0.5)  # for the keyboard, which no window tells of
        self.type(user.password)

    def is_in(self, _):
        return self.process.poll() == 0


@contextmanager
def i3lock(user):
    """The user's screen is locked by it within the block."""
    with desktop.display() as display:
        screen = I3Lock(display.name)
        with desktop.program(user, ["i3lock", "-n", "-c", "808080"], screen.env) as screen.process:
            until(lambda: screen.windows() or screen.process.poll() is not None, "i3lock's window")
            yield screen


class SwayLock:
    """What sway shows, by grim, and who types there, by wtype."""

    area = "76x30+364+287"
    language = "en"
    busy, wrong = "Verifying", "Wrong"

    def __init__(self, user, env):
        self.user = user
        self.env = env

    def run(self, *argv):
        with desktop.program(self.user, argv, self.env) as process:
            process.wait(20)

    def shoot(self, name):
        done = subprocess.run(["grim", "-"], env=self.env, capture_output=True, check=True,
                              preexec_fn=lambda: become(self.user))
        path = desktop.SHOTS / f"{name}.png"
        path.write_bytes(done.stdout)
        return path

    def is_grey(self):
        """Whether the locker has covered it."""
        corner = ["convert", str(self.shoot("swaylock-0-locked")), "-crop", "1x1+9+9", "txt:-"]
        return "#808080" in subprocess.run(corner, capture_output=True, text=True, check=True).stdout

    def answer(self, user):
        # a keyboard that is new, of which swaylock has to learn first
        self.run("wtype", "-s", "500", user.password, "-s", "200", "-k", "Return")

    def is_in(self, _):
        return self.process.poll() == 0


def _socket(folder, pattern):
    return next((path for path in folder.glob(pattern) if path.suffix != ".lock"), None)


@contextmanager
def swaylock(user):
    """The user's screen is locked by it within the block."""
    folder = Path(f"/run/user-{user.uid}")
    folder.mkdir(mode=0o700)
    os.chown(folder, user.uid, user.gid)
    settings = folder / "sway"
    settings.write_text("xwayland disable\noutput * resolution 800x600\n")
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(folder), "WLR_BACKENDS": "headless",
           "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1", "LIBSEAT_BACKEND": "noop"}
    with desktop.program(user, ["sway", "-c", str(settings)], env):
        env["WAYLAND_DISPLAY"] = until(lambda: _socket(folder, "wayland-*"), "sway").name
        screen = SwayLock(user, env)
        with desktop.program(user, ["swaylock", "-c", "808080"], env) as screen.process:
            until(screen.is_grey, "the lock")
            yield screen


SDDM = """[General]
DisplayServer=x11
InputMethod=
[X11]
ServerPath=/tmp/lightdm/x
SessionDir=/tmp/lightdm/sessions
[Wayland]
SessionDir=/tmp/lightdm/none
[Theme]
Current=debian-elarun
"""


class Sddm(desktop.Display):
    area = "800x600+0+0"
    language = "en"
    busy = wrong = ""  # it shows neither

    def __init__(self, user):
        super().__init__(":0")
        self.user = user
        self.has_name = False

    def answers(self):
        with suppress(StopIteration, FileNotFoundError):
            self.env["XAUTHORITY"] = str(next(Path("/run/sddm").iterdir()))
        return super().answers() and self.run("xdotool", "search", "--onlyvisible", "--class", "sddm").stdout != ""

    def answer(self, user):
        if not self.has_name:  # which stands after a refusal
            self.run("xdotool", "type", "--delay", "30", user.name)
            self.press("Tab")
            self.has_name = True
        self.type(user.password)

    def is_in(self, user):
        return Path(f"/tmp/lightdm/in-{user.name}").exists()


@contextmanager
def sddm(user):
    """Its login screen within the block."""
    greeter.prepare_session()
    sessions = Path("/tmp/lightdm/sessions")
    sessions.mkdir()
    (sessions / "proof.desktop").write_text(greeter.SESSION)
    Path("/etc/sddm.conf").write_text(SDDM)
    with greeter.bus():
        daemon = subprocess.Popen(["sddm"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        screen = Sddm(user)
        try:
            until(screen.answers, "sddm")
            time.sleep(2)  # it draws before it listens
            yield screen
        finally:
            daemon.terminate()
            transcript.tell("sddm", daemon.communicate(timeout=20)[0])
