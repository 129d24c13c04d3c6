# SPDX-License-Identifier: BSD-2-Clause
"""The throwaway root of one scene: people, addresses, consoles, and what the spy has seen."""

import ctypes
import fcntl
import os
import re
import socket
import stat
import struct
import subprocess
from pathlib import Path

from e2e import transcript, users
from e2e.desktop import until
from e2e.terminal import Unexpected

SERVER = "192.0.2.1"
CLIENT = "192.0.2.7"
PASSWORD = "right horse"
PAM = Path("/etc/pam.d")
SPY = Path("/var/spy")
SEEN = SPY / "seen"
HOST = "throwaway"
REPLACEMENT = "desk"


def run(*argv, **options):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, text=True, **{**pipes, **options})
    if done.returncode != 0:
        raise RuntimeError(f"{argv}: {done.stdout}{done.stderr}")
    return done.stdout


def add_addresses():
    """Documentation addresses on the loopback device, so that no program sees 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number, address in enumerate((SERVER, CLIENT), 1):
            request = struct.pack("16sHH4s8x", f"lo:{number}".encode(), socket.AF_INET, 0,
                                  socket.inet_aton(address))
            fcntl.ioctl(sock, 0x8916, request)  # SIOCSIFADDR


class CaptureRoot:
    def __init__(self, folder):
        self._folder = folder
        self._used = set()
        Path("/run/sshd").mkdir(exist_ok=True)
        add_addresses()
        for number, name in enumerate(("taro", "hanako", "jiro"), 1):
            run("groupadd", "--gid", str(1000 + number), name)
            run("useradd", "-m", "-s", "/bin/bash", "--uid", str(1000 + number), "--gid",
                str(1000 + number), name)
            subprocess.run(["chpasswd"], input=f"{name}:{PASSWORD}\n", text=True, check=True)
        self.taro = self._user("taro")
        self.hanako = self._user("hanako")
        Path("/etc/sudoers.d/taro").write_text("taro ALL=(ALL) ALL\n")
        self._place_spy()

    @staticmethod
    def _user(name):
        entry = users.pwd.getpwnam(name)
        return users.User(name, PASSWORD, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))

    def _place_spy(self):
        SEEN.mkdir(parents=True)
        SEEN.chmod(0o1777)
        module = SPY / "spy.so"
        module.write_bytes((self._folder / "spy.so").read_bytes())
        module.chmod(0o755)
        for path in Path("/usr/lib/pam.d").glob("*"):
            if not (PAM / path.name).exists():
                (PAM / path.name).write_text(path.read_text())
        for path in PAM.glob("*"):
            if not path.name.startswith("common-"):
                self.spy_on(path)

    @staticmethod
    def spy_on(path):
        module = SPY / "spy.so"
        lines = f"auth optional {module} {SEEN}\naccount optional {module} {SEEN}\n"
        path.write_text(lines + path.read_text())

    # what the spy saw

    def _all(self):
        for path in sorted(SEEN.glob("[0-9]*"), key=lambda path: path.stat().st_mtime):
            yield path.name, path.read_text()

    def describe(self):
        texts = [f"--- {name}\n{text}" for name, text in self._all()]
        return "\n".join(texts) + subprocess.run(
            ["journalctl", "-n", "40", "--no-pager"], capture_output=True, text=True).stdout

    def forget(self):
        """What was seen so far is not meant by the next wait."""
        self._used |= {name for name, _ in self._all()}

    def _find(self, facts):
        for name, text in self._all():
            lines = text.splitlines()
            if name not in self._used and all(f"{key} = {value}" in lines for key, value in facts.items()):
                self._used.add(name)
                return text
        return None

    def keep(self, name, package, captured, expected, note="", program="", **facts):
        """Waits for a call with these facts, and writes the fixture of this name."""
        facts = {"phase": "auth", **facts}
        text = until(lambda: self._find(facts), f"{name}: {facts}")
        head = [("program", program or name.split("-")[0]), ("version", version(package)), ("captured", captured)]
        if note:
            head.append(("note", note))
        head.append(("expected", expected))
        body = re.sub(rf"\b{HOST}\b", REPLACEMENT, text)
        body = re.sub(r"(?m)^(parent\.\d+ = 1 0 0:0 \d+) bash$", r"\1 init", body)
        out = "".join(f"{key} = {value}\n" for key, value in head) + body
        (self._folder / f"{name}.txt").write_text(out)

    # where people are

    def ssh(self, command="", methods="publickey", user="taro", address=SERVER):
        """The real client's words, from CLIENT, with a terminal over there."""
        options = {"PreferredAuthentications": methods, "StrictHostKeyChecking": "no",
                   "UserKnownHostsFile": "/dev/null", "LogLevel": "ERROR",
                   "IdentityFile": "/root/key", "IdentitiesOnly": "yes"}
        words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        source = ["-b", CLIENT] if address == SERVER else []
        return ["ssh", "-F", "none", *words, *source, "-tt", f"{user}@{address}", *([command] if command else [])]

    def start_sshd(self):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/key")
        users.give(self.taro, ".ssh/authorized_keys", Path("/root/key.pub").read_text())
        Path("/etc/ssh/sshd_config.d/origins.conf").write_text("KbdInteractiveAuthentication yes\nUseDNS no\n")
        run("ssh-keygen", "-A")
        start("ssh", "/usr/sbin/sshd")
        until(lambda: answers(22), "sshd")


def answers(port):
    with socket.socket() as sock:
        return sock.connect_ex((SERVER, port)) == 0


def has_systemd():
    return Path("/run/systemd/system").exists()


def start(unit, *argv):
    """The unit of the package; without systemd the program, as a child of process 1."""
    run(*(("systemctl", "start", "--no-block", unit) if has_systemd() else ("setsid", "-f", *argv)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def version(package):
    return run("dpkg-query", "-W", "-f", "${Package} ${Version}", package)


def open_apart(path, flags):
    return os.open(path, flags | os.O_NOCTTY)


def activate(number):
    """What the kernel says which virtual terminal is shown: here the domain's name of this
    root, since that is a file that can be polled, too."""
    name = f"tty{number}".encode()
    ctypes.CDLL(None).setdomainname(name, len(name))


def give_seat(number):
    """Makes logind believe that this machine has virtual terminals, and that this one is
    shown. tty0 is a name of /dev/null, so that nothing can switch the machine's own screen."""
    os.mknod("/dev/tty0", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    activate(number)
    run("mount", "--bind", "/proc/sys/kernel/domainname", "/sys/class/tty/tty0/active")
    Path("/etc/systemd/logind.conf").write_text("[Login]\nNAutoVTs=0\nReserveVT=0\n")
    run("systemctl", "restart", "systemd-logind")


class Console:
    """A real virtual terminal of this machine that nobody looks at."""

    NUMBER = 40

    def __init__(self):
        self.name = f"tty{self.NUMBER}"
        os.mknod(f"/dev/{self.name}", 0o620 | stat.S_IFCHR, os.makedev(4, self.NUMBER))
        os.mknod(f"/dev/vcs{self.NUMBER}", 0o600 | stat.S_IFCHR, os.makedev(7, self.NUMBER))
        if has_systemd():
            give_seat(self.NUMBER)

    def screen(self):
        with open(f"/dev/vcs{self.NUMBER}", "rb") as file:
            return file.read().decode("utf-8", "replace")

    def expect(self, pattern):
        try:
            until(lambda: re.search(pattern, self.screen()), f"{pattern} on {self.name}")
        except Unexpected:
            transcript.tell(self.name, re.sub(r"\s+", " ", self.screen()))
            raise

    def type(self, text):
        # Opened anew: getty hangs up on who has it open.
        with open(f"/dev/{self.name}", "wb", buffering=0, opener=open_apart) as file:
            for byte in text.encode() + b"\n":
                fcntl.ioctl(file, 0x5412, bytes([byte]))  # TIOCSTI

    def login(self, user="taro"):
        """Through getty and login; the shell is there afterwards."""
        Path(f"/dev/{self.name}").write_text("\033c")  # what the last root left there
        start(f"getty@{self.name}", "agetty", self.name, "linux")
        self.expect(r"login: ")
        self.type(user)
        self.expect(r"Password: ")
        self.type(PASSWORD)
        self.expect(r"\$ ")

    def send(self, text):
        self.type(f"clear; {text}")
