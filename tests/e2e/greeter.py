# SPDX-License-Identifier: BSD-2-Clause
"""lightdm with its GTK greeter on an X server without a screen."""

import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from e2e import desktop, transcript
from e2e.desktop import until

LOG = Path("/var/log/lightdm/lightdm.log")
AUTHORITY = Path("/run/lightdm/root/:0")

SETTINGS = """[LightDM]
minimum-vt=0
lock-memory=false
logind-check-graphical=false
[Seat:*]
greeter-session=lightdm-gtk-greeter
greeter-hide-users=true
greeter-show-manual-login=true
user-session=proof
xserver-command=/tmp/lightdm/x
"""

# lightdm gives its X server a seat and a terminal, of which this one knows nothing.
SERVER = """#!/bin/bash
args=()
while [ $# -gt 0 ]; do
	case $1 in
	-seat) shift ;;
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

    def __init__(self):
        super().__init__(":0", AUTHORITY)

    def log(self, pattern):
        text = LOG.read_text(errors="replace") if LOG.exists() else ""
        return re.findall(pattern, text)

    def is_ready(self):
        if not self.log("Greeter connected"):
            return False
        return self.run("xdotool", "search", "--onlyvisible", "--class", "lightdm-gtk-greeter").stdout != ""

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


def _prepare():
    folder = Path("/tmp/lightdm")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    for name, text in (("x", SERVER), ("session", PROOF)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    Path("/usr/share/xsessions").mkdir(exist_ok=True)
    Path("/usr/share/xsessions/proof.desktop").write_text(SESSION)
    Path("/etc/lightdm/lightdm.conf").write_text(SETTINGS)
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


@contextmanager
def lightdm():
    """A login screen within the block."""
    _prepare()
    with bus():
        daemon = subprocess.Popen(["lightdm"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        greeter = Greeter()
        try:
            until(greeter.is_ready, "the greeter")
            yield greeter
        finally:
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
            transcript.tell("lightdm", LOG.read_text(errors="replace")[-4000:] if LOG.exists() else "")
