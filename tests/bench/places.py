# SPDX-License-Identifier: BSD-2-Clause
"""Where state files are kept: on the working disk, and on an ext4 in a file."""

import os
import platform
import pwd
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """store and log are as deep as /var/lib/pam_mfa and /var/log/pam_mfa."""
    name: str
    title: str
    store: Path
    log: Path
    peers: Path


def prepare_root():
    if not Path("/run/throwaway-root").exists():
        raise SystemExit("this changes users and pam.d: run it by tests/bench/run")
    for number in range(8):
        node = Path(f"/dev/loop{number}")
        if not node.exists():
            os.mknod(node, 0o600 | 0o060000, os.makedev(7, number))
    os.mknod("/dev/loop-control", 0o600 | 0o020000, os.makedev(10, 237))
    _swallow_log()


def _swallow_log():
    """A log that takes everything at once, the same for all."""
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind("/dev/log")
    os.chmod("/dev/log", 0o666)

    def receive():
        while True:
            log.recv(65536)

    threading.Thread(target=receive, daemon=True).start()


def _place(name, title, folder):
    """Folders of the measured file system, shown where state is kept on a real host."""
    place = Place(name, title, Path(f"/var/lib/bench-{name}"), Path(f"/var/log/bench-{name}"),
                  Path(f"/var/lib/peers-{name}"))
    for path in (place.store, place.log, place.peers):
        source = folder / path.relative_to("/var").as_posix().replace("/", "-")
        source.mkdir(mode=0o755)
        path.mkdir()
        subprocess.run(["mount", "--bind", source, path], check=True)
    return place


def disk(folder):
    source = folder / "disk"
    source.mkdir(mode=0o755)
    kind = subprocess.run(["findmnt", "-no", "FSTYPE", "-T", folder], check=True, text=True,
                          capture_output=True).stdout.strip()
    return _place("disk", f"working disk ({kind})", source)


def tmpfs():
    target = Path("/srv/tmpfs")
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", target], check=True)
    return _place("tmpfs", "tmpfs", target)


def loop(folder, megabytes=256):
    """An ext4 in a file of the folder. All blocks are written first, so that no write of a
    login must wait for the outer file system to find one."""
    image = folder / "loop.img"
    subprocess.run(["dd", "if=/dev/zero", f"of={image}", "bs=1M", f"count={megabytes}",
                    "conv=fsync", "status=none"], check=True)
    return _mount("loop", "ext4 in a file", image)


def memory(folder, megabytes):
    """The same in memory, which is taken as it is needed."""
    image = folder / "memory.img"
    with open(image, "wb") as file:
        file.truncate(megabytes << 20)
    return _mount("memory", "ext4 in memory", image)


def _mount(name, title, image):
    target = Path(f"/srv/{name}")
    target.mkdir()
    subprocess.run(["mkfs.ext4", "-q", "-F", "-i", "8192", "-E",
                    "nodiscard,lazy_itable_init=0,lazy_journal_init=0", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, target], check=True)
    return _place(name, title, target)


def user(name):
    """A user that the name service knows, with a folder of its own for each place."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(["useradd", "-M", "-s", "/bin/sh", name], check=True)
    return name


def machine():
    """What ratios may depend on."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    return (f"{os.cpu_count()} processors ({model}), Linux {platform.release().split('-')[0]}, "
            f"load {' '.join(open('/proc/loadavg').read().split()[:3])}")
