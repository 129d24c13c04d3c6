# SPDX-License-Identifier: BSD-2-Clause
"""Sets up the throwaway root for cases: what is the same for all of them."""

import shutil
import subprocess
from pathlib import Path

from e2e import authd, units

CONFIG = Path("/etc/pam_mfa/mfa.conf")
REPOSITORY = Path(__file__).resolve().parents[2]

SUDOERS = """Defaults passwd_tries=1, lecture=never
ALL ALL=(ALL:ALL) ALL
"""


def root():
    """Everyone may use sudo, with one try; su adds no delay of its own to a refusal."""
    if not Path("/run/throwaway-root").exists():
        raise SystemExit("this changes users and pam.d: run it by tests/root/enter")
    sudoers = Path("/etc/sudoers.d/e2e")
    sudoers.write_text(SUDOERS)
    sudoers.chmod(0o440)
    Path("/etc/default/su").write_text("FAIL_DELAY 0\n")


def product():
    """The product without systemd, and its service."""
    install()
    authd.start()


def under_systemd():
    """The product where systemd is process 1, as the README has it installed."""
    install()
    units.systemctl("daemon-reload")
    units.systemctl("enable", "--now", "mfa-authd.socket")


def begin_anew():
    """What the machine itself has is not ours."""
    for folder in ("/etc/pam_mfa", "/var/lib/pam_mfa", "/var/log/pam_mfa"):
        shutil.rmtree(folder, ignore_errors=True)


def install():
    """Installs the build, with the key and store that `init` makes, and a configuration that
    takes typed codes only."""
    begin_anew()
    command = ["meson", "install", "--no-rebuild", "--quiet", "-C", REPOSITORY / "build"]
    subprocess.run(command, check=True)
    command = ["mfa-enroll", "init", "--factors", "totp hotp yubikey-otp"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
