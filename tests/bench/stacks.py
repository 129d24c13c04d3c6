# SPDX-License-Identifier: BSD-2-Clause
"""The stacks that are measured: pam_mfa's and the peers', with their users' state."""

import os
import pwd
import signal
import subprocess
import time
from pathlib import Path

from . import places

BUILD = Path(__file__).resolve().parents[2] / "build"
PROGRAMS = BUILD / "tests/bench"
PAM = Path("/etc/bench.d")
SERVICE = BUILD / "tools/mfa-authd/mfa-authd"
SOCKETS = Path("/run/bench")  # login.c has it too
SOCKET = Path("/run/pam_mfa/authd.sock")
SECRET_HEX = "3132333435363738393031323334353637383930"
SECRET_BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

CONFIG = """[host]
zone     = mynumber
language = auto
store    = file:{store}
key      = file:/etc/pam_mfa/store.key
audit    = {log}/audit.jsonl

[zone mynumber]
services = *
"""


def program(name, *words):
    """Runs one of the bench's programs and returns its words, line by line."""
    command = [PROGRAMS / f"bench-{name}", *map(str, words)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line.split() for line in output.splitlines()]


def code(factor, counter=0):
    what = ["--totp"] if factor == "totp" else ["-c", str(counter)]
    return subprocess.run(["oathtool", *what, SECRET_HEX], check=True, text=True,
                          capture_output=True).stdout.strip()


def write(name, auth, account="pam_permit.so"):
    (PAM / name).write_text(f"auth required {auth}\naccount required {account}\n")


def prepare():
    PAM.mkdir()
    SOCKET.parent.mkdir()
    Path("/etc/pam_mfa").mkdir(exist_ok=True)
    write("other", "pam_deny.so", "pam_deny.so")
    write("permit", "pam_permit.so")


def start_service(config, path, wrap=(), **options):
    """mfa-authd; returns when it listens."""
    path.unlink(missing_ok=True)
    process = subprocess.Popen([*wrap, SERVICE, f"--listen={path}", f"--conf={config}"], **options)
    while not path.exists():
        if process.poll() is not None:
            raise SystemExit("bench: mfa-authd does not start")
        time.sleep(0.01)
    return process


def stop_service(process):
    process.send_signal(signal.SIGTERM)
    process.wait()


class Ours:
    """Each place has a mfa-authd of its own; the module's socket leads to one of them."""
    title = "pam_mfa"
    first_counter = 0
    services = {}

    def __init__(self, place):
        self.name = "ours"
        self.place = place
        self.service = f"ours-{place.name}"
        self.config = f"/etc/pam_mfa/{place.name}.conf"
        Path(self.config).write_text(CONFIG.format(store=place.store, log=place.log))
        write(self.service, f"{BUILD}/pam_module/pam_mfa.so conf={self.config}")
        self.socket = SOCKETS / self.service
        if self.service not in self.services:
            self.services[self.service] = start_service(self.config, self.socket)
        self.select()

    def select(self):
        """From now on the module's logins are this place's."""
        SOCKET.unlink(missing_ok=True)
        SOCKET.symlink_to(self.socket)

    def enrol(self, factor, *users):
        program("enrol", self.config, factor, *users)

    def reset(self, factor, user):
        return f"store:{self.config}" if factor == "totp" else "-"


class Oath:
    title = "pam_oath"
    first_counter = 0

    def select(self):
        pass

    def __init__(self, place, part=""):
        """part: one file of several, each of which can be written back alone."""
        self.name = "oath"
        self.place = place
        self.service = f"oath{part}-{place.name}"
        self.path = place.peers / f"users{part}.oath"
        write(self.service, f"pam_oath.so usersfile={self.path} window=10 digits=6")

    def enrol(self, factor, *users):
        kind = "HOTP/T30" if factor == "totp" else "HOTP"
        self.path.write_text("".join(f"{kind} {user} - {SECRET_HEX}\n" for user in users))
        self.path.chmod(0o600)

    def reset(self, factor, user):
        return f"file:{self.path}" if factor == "totp" else "-"


class Google:
    title = "pam_google_authenticator"
    first_counter = 1  # 0 would mean TOTP

    def select(self):
        pass

    def __init__(self, place):
        self.name = "google"
        self.place = place
        self.service = f"google-{place.name}"
        secret = self._path("${USER}")
        write(self.service, f"pam_google_authenticator.so secret={secret}")

    def _path(self, user):
        return self.place.peers / user / ".google_authenticator"

    def enrol(self, factor, *users):
        mode = '" DISALLOW_REUSE\n" TOTP_AUTH\n' if factor == "totp" else '" HOTP_COUNTER 1\n'
        for user in users:
            entry = pwd.getpwnam(user)
            path = self._path(user)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_text(f'{SECRET_BASE32}\n" WINDOW_SIZE 3\n{mode}')
            path.chmod(0o600)
            for owned in (path.parent, path):
                os.chown(owned, entry.pw_uid, entry.pw_gid)

    def reset(self, factor, user):
        return f"file:{self._path(user)}" if factor == "totp" else "-"


def series(stack, factor):
    """The argument of bench-login for one stack; enrols its user."""
    user = places.user(f"bench-{factor}")
    stack.enrol(factor, user)
    what = factor if factor == "totp" else f"hotp:{stack.first_counter}"
    return (f"{stack.place.name}.{stack.name}.{factor} login {stack.service} {user} {what} "
            f"{stack.reset(factor, user)}")


def wait_for_step():
    """Lets the last seconds of a time step pass."""
    left = 30 - time.time() % 30
    if left < 3:
        time.sleep(left)
