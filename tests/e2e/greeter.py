# SPDX-License-Identifier: BSD-2-Clause
"""lightdm with its greeters on an X server without a screen."""

import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from e2e import desktop, transcript
from e2e.desktop import until

LOG = Path("/var/log/lightdm/lightdm.log")
AUTHORITY = Path("/run/lightdm/root/:0")


@dataclass(frozen=True)
class Kind:
    """A greeter: the name of its package, and where on 800x600 it asks, and tells of a refusal."""

    name: str
    area: str
    told: str
    settings: str = ""
    refusal: tuple[str, ...] = ()  # what it says in place of the module's reason
    keeps_name: bool = False  # after a refusal
    draws_late: bool = False  # right only after the screen has changed its size


# A refusal is told by words of its own: up to Debian 12 in English, also to who reads Japanese.
GTK = Kind("lightdm-gtk-greeter", "800x60+0+300", "800x60+0+300", keeps_name=True,
           refusal=("Your password is incorrect. Please try again.",
                    "パスワードが違います。もう一度試してください。"))
SLICK = Kind("slick-greeter", "270x22+104+321", "280x24+102+284")
ARCTICA = Kind("arctica-greeter", "270x22+104+321", "280x32+98+290", draws_late=True,
               settings="greeter-wrapper=/usr/bin/dbus-run-session\n")

SETTINGS = """[LightDM]
minimum-vt=0
lock-memory=false
logind-check-graphical=false
[Seat:*]
greeter-session={greeter}
greeter-hide-users=true
greeter-show-manual-login=true
user-session=proof
xserver-command=/tmp/lightdm/x
{more}"""

# lightdm gives its X server a seat and a terminal, of which this one knows nothing.
SERVER = """#!/bin/bash
args=()
while [ $# -gt 0 ]; do
	case $1 in
	-seat | -background) shift ;;
	vt* | -novtswitch) ;;
	*) args+=("$1") ;;
	esac
	shift
done
exec Xvfb "${args[@]}" -screen 0 800x600x24 -noreset
"""

SESSION = "[Desktop Entry]\nName=proof\nType=Application\nExec=/tmp/lightdm/session\n"
PROOF = "#!/bin/sh\nid -un >/tmp/lightdm/in-$(id -un)\nexec sleep 600\n"


class Greeter(desktop.Display):
    """What the login screen shows, and who types there."""

    def __init__(self, kind=GTK, language="en"):
        super().__init__(":0", AUTHORITY)
        self.kind = kind
        self.area, self.told = kind.area, kind.told
        self.refusal = kind.refusal
        self.language = language

    def resize(self):
        """Makes its window smaller, and as large as the screen again."""
        time.sleep(1)
        for width in ("700", "800"):
            self.run("xdotool", "windowsize", self.window(), width, "600")

    def log(self, pattern):
        text = LOG.read_text(errors="replace") if LOG.exists() else ""
        return re.findall(pattern, text)

    def is_ready(self):
        if not self.log("Greeter connected"):
            return False
        return self.window() != ""

    def window(self):
        return self.run("xdotool", "search", "--onlyvisible", "--class", self.kind.name).stdout.strip()

    def begin(self, user):
        """Up to the question that comes after name and password."""
        if not self.results()[1:] or not self.kind.keeps_name:
            self.answer(user.name)
        self.answer(user.password)

    def answer(self, text):
        """Types it, and waits until that leads to the next question or to a result."""
        seen = self.turns()
        time.sleep(0.7)  # it asks before it listens
        self.type(text)
        until(lambda: self.turns() > seen, "what the answer leads to")

    def questions(self):
        return len(self.log(r"Prompt greeter with"))

    def turns(self):
        return self.questions() + len(self.results())

    def results(self):
        """What each pam_authenticate said, the greeter's own first."""
        return [int(code) for code in self.log(r"Authentication complete with return value (\d+)")]

    def is_in(self, user):
        return Path(f"/tmp/lightdm/in-{user.name}").exists()


def prepare_session():
    """An X server without a screen, and a session that tells who is in it."""
    folder = Path("/tmp/lightdm")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    for name, text in (("x", SERVER), ("session", PROOF)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    shutil.rmtree("/usr/share/xsessions", ignore_errors=True)  # some greeters take another one first
    Path("/usr/share/xsessions").mkdir()
    Path("/usr/share/xsessions/proof.desktop").write_text(SESSION)


def _prepare(kind):
    prepare_session()
    Path("/etc/lightdm/lightdm.conf").write_text(SETTINGS.format(greeter=kind.name, more=kind.settings))
    shutil.rmtree(LOG.parent, ignore_errors=True)
    LOG.parent.mkdir()


@contextmanager
def bus():
    """The system's message bus."""
    folder = Path("/run/dbus")
    folder.mkdir(exist_ok=True)
    daemon = subprocess.Popen(["dbus-daemon", "--system", "--nofork", "--nopidfile"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: (folder / "system_bus_socket").exists(), "the message bus")
        yield
    finally:
        daemon.terminate()
        daemon.wait(10)
        (folder / "system_bus_socket").unlink(missing_ok=True)


def autologin(user):
    """Whether lightdm logs the user in by itself; else it shows its greeter."""
    _prepare(replace(GTK, settings=f"autologin-user={user.name}\n"))
    screen = Greeter()
    with bus(), subprocess.Popen(["lightdm"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        try:
            until(lambda: screen.is_in(user) or screen.is_ready(), "a session or the greeter")
            return screen.is_in(user)
        finally:
            daemon.terminate()


@contextmanager
def lightdm(kind=GTK, language="en"):
    """A login screen within the block."""
    _prepare(kind)
    with bus():
        env = {**os.environ, "LANG": {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}[language]}
        daemon = subprocess.Popen(["lightdm"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        greeter = Greeter(kind, language)
        try:
            until(greeter.is_ready, "the greeter")
            if kind.draws_late:
                greeter.resize()
            yield greeter
        finally:
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
            transcript.tell("lightdm", LOG.read_text(errors="replace")[-4000:] if LOG.exists() else "")
