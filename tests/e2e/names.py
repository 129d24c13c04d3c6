# SPDX-License-Identifier: BSD-2-Clause
"""Name services of our own (tests/e2e/nss): one takes several spellings for one person, one hangs."""

import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import prepare, product

SWITCH = Path("/etc/nsswitch.conf")
UNLISTED = Path("/etc/passwd.unlisted")
DOWN = Path("/etc/passwd.down")
NETWORK = Path("/etc/passwd.network")
HANGING = Path("/etc/passwd.hang")


def spellings(user):
    """Names that the service takes for the user's own."""
    return [user.name.upper(), user.name.capitalize(), f"CITY\\{user.name}", f"{user.name}@city.example"]


@contextmanager
def served(databases, service):
    """These databases are of the name service, too, within the block."""
    where = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=True)
    folder = Path("/usr/lib", where.stdout.strip())
    library = f"libnss_{service}.so.2"
    shutil.copy(prepare.REPOSITORY / "build/tests/e2e/nss" / library, folder / library)
    text = re.sub(rf"(?m)^({databases}):.*", rf"\1: files {service}", SWITCH.read_text())
    with product.kept(SWITCH):
        SWITCH.write_text(text)
        yield


@contextmanager
def folding():
    """The root has the first within the block."""
    with served("passwd|shadow", "fold"):
        yield
    UNLISTED.unlink(missing_ok=True)


@contextmanager
def networked():
    """A service of names.folding opens network sockets in who asks, within the block."""
    NETWORK.touch()
    try:
        yield
    finally:
        NETWORK.unlink()


@contextmanager
def down():
    """A service of names.folding does not answer within the block."""
    DOWN.touch()
    try:
        yield
    finally:
        DOWN.unlink()


@contextmanager
def hanging():
    """Whoever asks for a name that is in no file waits until the block ends."""
    with served("passwd", "hang"):
        HANGING.touch()
        try:
            yield
        finally:
            HANGING.unlink()


@contextmanager
def second(user, name):
    """Another name of the user's id, with the user's password, within the block."""
    subprocess.run(["useradd", "-o", "-u", str(user.uid), "-g", str(user.gid), "-M", "-d", user.home,
                    "-s", "/bin/sh", name], check=True)
    subprocess.run(["chpasswd"], input=f"{name}:{user.password}\n", text=True, check=True)
    try:
        yield name
    finally:
        # userdel refuses while the other name is logged in
        for path in ("/etc/passwd", "/etc/shadow"):
            lines = Path(path).read_text().splitlines(True)
            Path(path).write_text("".join(line for line in lines if not line.startswith(f"{name}:")))
