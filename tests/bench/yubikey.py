# SPDX-License-Identifier: BSD-2-Clause
"""What a login by a YubiKey costs: the plug-in, mfa-usb, and asking a software key that answers
at once, beside Debian's pam_yubico."""

import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import load, places, stacks, table

SOFTKEY = Path(__file__).resolve().parents[1] / "softkey"
SEAT = SOFTKEY.parent / "root/seat"
PLUGIN = stacks.BUILD / "lib/devices/yubikey/yubikey.so"
USB = stacks.BUILD / "tools/mfa-usb/mfa-usb"
SERIAL = 7654321  # enrol.c has it too
CHALLENGES = Path("/var/yubico")


class Library(load.Subject):
    """Loaded alone, with the real libusb."""

    def __init__(self, title, path):
        super().__init__(title, "--library")
        self.path = path

    def prepare(self):
        return (self.path,)


class Touch(load.Subject):
    """Enter, and the key answers."""

    def __init__(self, title, service, user, before=None):
        super().__init__(title, service)
        self.user = user
        self.before = before

    def prepare(self):
        if self.before is not None:
            self.before()
        return self.user, ""


def measure(place, budgets):
    ours = stacks.Ours(place)
    base = load.Subject("", "permit")
    bare = Library("", _module("pam_permit.so"))
    totp = load.Subject("pam_mfa, TOTP login", ours.service, ours)
    alone = [Library("pam_mfa's plug-in, loaded only", PLUGIN),
             Library("pam_yubico, loaded only", _module("pam_yubico.so"))]
    for subject in [base, bare, totp, *alone]:
        subject.measure()
    _put_keys()
    touch = Touch("pam_mfa, YubiKey login", ours.service, places.user("bench-key"))
    _sit_down(touch.user)
    ours.enrol("yubikey", touch.user)
    subjects = [touch, _yubico()]
    for subject in subjects:
        subject.measure()
    _show(base, [(totp, base), *((subject, bare) for subject in alone),
                 *((subject, base) for subject in subjects)])
    beside = _count_beside(ours, touch)
    print(f"mfa-usb, in its own process: {beside:,} instructions.\n")
    brought = sorted(path.rsplit("/", 1)[1] for path in touch.libraries - totp.libraries)
    print(f"A YubiKey brings {', '.join(brought) or 'no library into the program'}.\n")
    load.judge(totp, base, budgets)


def _count_beside(ours, touch):
    """callgrind's count of mfa-usb, which the service starts for a login."""
    with tempfile.NamedTemporaryFile("r") as log:
        wrap = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                "--trace-children=yes", f"--log-file={log.name}")
        ours.socket = ours.socket.with_name("counted")
        service = stacks.start_service(ours.config, ours.socket, wrap)
        ours.select()
        lines = stacks.program("load", touch.service, *touch.prepare())
        stacks.stop_service(service)
        if ["accepted"] not in lines:
            raise SystemExit("bench: the key was refused under callgrind")
        text = log.read()
    pid = re.search(r"==(\d+)== Command: \S*mfa-usb", text)[1]
    return int(re.search(rf"==0*{pid}== Collected : (\d+)", text)[1])


def _module(name):
    return next(path for folder in (Path("/usr/lib/security"), *Path("/usr/lib").glob("*/security"))
                if (path := folder / name).exists())


def _sit_down(user):
    """This process and its children are in the user's session at this machine: a key in a port
    is of no use to others."""
    try:
        Path("/proc/self/loginuid").write_text("0")
    except OSError:  # a kernel without audit, or it was written before
        pass
    subprocess.run([SEAT, "--join", str(os.getpid()), str(pwd.getpwnam(user).pw_uid)], check=True)


def _put_keys():
    """The plug-in and mfa-usb in their places, and a key that answers without a touch."""
    installed = json.loads((stacks.BUILD / "meson-info/intro-installed.json").read_text())
    for built in (PLUGIN, USB):
        target = Path(installed[str(built)])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built, target)
    subprocess.run([SOFTKEY / "install", stacks.BUILD], check=True)
    subprocess.run(["softkeyctl", "new", f"serial={SERIAL}", f"slot2=hmac:{stacks.SECRET_HEX}"],
                   check=True, stdout=subprocess.DEVNULL)


def _yubico():
    """Its state is a challenge with the answer that it expects, made by its own program."""
    CHALLENGES.mkdir(mode=0o700)
    stacks.write("yubico", f"pam_yubico.so mode=challenge-response chalresp_path={CHALLENGES}")
    subprocess.run(["ykpamcfg", "-2", "-p", CHALLENGES], check=True, stdout=subprocess.DEVNULL)
    return Touch("pam_yubico, challenge-response login", "yubico", "root")


def _show(base, pairs):
    print("YubiKeys: a program with one login, less the same program with pam_permit "
          f"({base.instructions:,} instructions);\nloaded only: with the real libusb; logins: with "
          "a software key behind a stand-in for libusb, which has\nno libudev, that answers at once "
          "without a touch. Time is of pam_authenticate in a fresh process, loading included.\n")
    table.show("in one process", ("", "instructions", "libraries", "peak memory", "median time"),
               [(subject.title, f"{subject.instructions - less.instructions:,}",
                 f"{len(subject.libraries - less.libraries)}",
                 f"{subject.peak - less.peak:,.0f} kB", table.us(subject.us))
                for subject, less in pairs])
