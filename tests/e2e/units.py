# SPDX-License-Identifier: BSD-2-Clause
"""Units of systemd, which is process 1 of the root."""

import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import ssh, transcript
from e2e.desktop import until

SERVICE = "mfa-authd.service"
SOCKET = "mfa-authd.socket"
DROP_INS = Path(f"/etc/systemd/system/{SERVICE}.d")


def systemctl(*arguments):
    """Gives what it printed."""
    done = subprocess.run(["systemctl", "--no-pager", *arguments], capture_output=True, text=True, timeout=50)
    transcript.tell(f"systemctl {' '.join(arguments)}", f"{done.stdout}{done.stderr}[exit {done.returncode}]")
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def state(unit=SERVICE):
    """active, inactive, failed, ..."""
    return subprocess.run(["systemctl", "is-active", unit], capture_output=True, text=True).stdout.strip()


def start():
    """The service; gives the number of its process that waits, when its workers are there."""
    systemctl("start", SERVICE)
    return until(lambda: len(workers()) == 4 and pid(), "the workers of mfa-authd")


def pid():
    return int(systemctl("show", "-p", "MainPID", "--value", SERVICE))


def workers():
    """The numbers of the workers, those that are there now."""
    done = subprocess.run(["pgrep", "-x", "-P", str(pid()), "mfa-authd"], capture_output=True, text=True)
    return [int(number) for number in done.stdout.split()]


def restart():
    systemctl("restart", SOCKET, SERVICE)


@contextmanager
def sshd():
    """Debian's ssh.service with the settings of the cases, for the length of the block."""
    settings = Path("/etc/ssh/sshd_config.d/e2e.conf")
    settings.write_text(ssh.DEFAULTS)
    subprocess.run(["ssh-keygen", "-A"], check=True, stdout=subprocess.DEVNULL)
    systemctl("restart", "ssh")
    try:
        until(is_sshd_there, "sshd")
        yield
    finally:
        systemctl("stop", "ssh")
        settings.unlink()


def is_sshd_there():
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", ssh.PORT)) == 0


@contextmanager
def drop_in(text, name="test"):
    """The service has this drop-in within the block."""
    DROP_INS.mkdir(exist_ok=True)
    path = DROP_INS / f"{name}.conf"
    path.write_text(text)
    systemctl("daemon-reload")
    systemctl("restart", SERVICE)
    try:
        yield path
    finally:
        path.unlink()
        systemctl("daemon-reload")
        systemctl("restart", SERVICE)


def run(argv, unit="far", **options):
    """As a service of the system, which is in nobody's session; gives the completed process."""
    command = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={unit}", *argv]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, **options)
    transcript.tell(" ".join(map(str, argv)), f"{done.stdout}{done.stderr}[exit {done.returncode}]")
    return done
