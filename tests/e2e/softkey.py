# SPDX-License-Identifier: BSD-2-Clause
"""Software YubiKeys in the ports of the throwaway root (tests/softkey)."""

import subprocess
import time
from pathlib import Path

from e2e import seat

INSTALL = Path(__file__).resolve().parents[1] / "softkey" / "install"
SOCKET = Path("/run/softkey/socket")


def fresh():
    """The root's programs see software keys instead of real USB, and no key is plugged in. They
    run at this machine from now on."""
    if not SOCKET.exists():
        subprocess.run([INSTALL], check=True)
        seat.take()
    control("reset")


def control(*words):
    """softkeyctl: gives what it printed, and raises where it refused."""
    done = subprocess.run(["softkeyctl", *map(str, words)], capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise RuntimeError(f"softkeyctl {words}: {done.stderr}")
    return done.stdout.strip()


def enter_again():
    """What a person does while the key is in use: Enter, at a person's pace."""
    time.sleep(0.1)
    return ""


class Key:
    """A key in a port of its own. Options are softkeyctl's: serial=1234567, slot2="hmac:..."."""

    def __init__(self, **options):
        self.number = int(control("new", *(f"{name}={value}" for name, value in options.items())))

    def unplug(self):
        control("unplug", self.number)

    def plug(self):
        control("plug", self.number)

    def touch(self, on):
        """Whether there is a finger on the button whenever the key waits for one."""
        control("touch", self.number, "on" if on else "off")

    def await_blinking(self):
        """Until it waits for a touch."""
        end = time.monotonic() + 10
        while self.show()["waiting"] != "1":
            assert time.monotonic() < end
            time.sleep(0.01)

    def is_free(self):
        """It blinks no more, and types again."""
        facts = self.show()
        return facts["waiting"] == facts["detached"] == "0"

    def faults(self, *words):
        """Replaces all faults: faults("answer-after=3", "bad-crc"); none: a sound key."""
        control("fault", self.number, *words)

    def mend(self):
        """Free of faults and in its port, wherever it was; gives "", which is Enter."""
        self.faults()
        if self.show()["plugged"] == "0":
            self.plug()
        return ""

    def type(self, slot):
        """What the key types when slot 1 or 2 is touched, without Enter."""
        return control("type", self.number, slot)

    def show(self):
        """The facts about it, all of them text: serial, firmware, slot1, writes, waiting, ..."""
        line = control("show").splitlines()[self.number]
        return dict(fact.split("=", 1) for fact in line.split()[1:])
