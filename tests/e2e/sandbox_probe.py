# SPDX-License-Identifier: BSD-2-Clause
"""Tries what a sandbox is to refuse or to allow, and writes in JSON what came of each: "ok", or
the name of the error. By its text, so that it needs no file in the sandbox. Nothing is changed
outside of a throwaway root that would last."""

import ctypes
import errno
import json
import mmap
import os
import socket
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWNS = 0x10000000, 0x00020000


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def made(path):
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    os.unlink(path)


def with_file(act):
    path = "/var/lib/pam_mfa/probe"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        act(path)
    finally:
        os.unlink(path)


def opened(path):
    os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def connected(path):
    """With the kind of socket that it has."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        with socket.socket(socket.AF_UNIX, kind) as sock:
            try:
                return sock.connect(path)
            except OSError as error:
                if error.errno != errno.EPROTOTYPE:
                    raise
    raise OSError(errno.EPROTOTYPE, path)


def told_process_1(*command):
    """To run a program of our choice for us."""
    done = subprocess.run(command, capture_output=True, timeout=20, env={"PATH": "/usr/bin"})
    if done.returncode:
        raise OSError(errno.EACCES, "")


def over_the_bus():
    unit = f"probe-{os.getpid()}.service"
    told_process_1("busctl", "--address=unix:path=/run/dbus/system_bus_socket", "call", "org.freedesktop.systemd1",
                   "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))",
                   unit, "fail", "1", "ExecStart", "a(sasb)", "1", "/bin/true", "1", "/bin/true", "false", "0")


def libusb():
    """Debian's own; it listens to udev."""
    result = ctypes.CDLL("libusb-1.0.so.0").libusb_init(None)
    if result:
        raise OSError(errno.EIO, str(result))


def memory_of_another():
    """Of process 1, as a debugger reads it."""
    os.close(os.open("/proc/1/mem", os.O_RDONLY))


# By the release of systemd one of them is there.
OOMD = ("/run/systemd/io.system.ManagedOOM", "/run/systemd/io.systemd.ManagedOOM")

TRIES = {
    "internet": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "internet 6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "packets": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "local sockets": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET),
    **{f"connect to {path}": lambda path=path: connected(path) for path in (
        "/run/systemd/private", "/run/dbus/system_bus_socket", *OOMD,
        "/run/systemd/journal/io.systemd.journal", "/run/systemd/notify", "/run/udev/control", "/run/probe.sock")},
    "syslog": lambda: connected("/dev/log"),
    "program of process 1": lambda: told_process_1("systemd-run", "--quiet", "--wait", "--collect", "/bin/true"),
    "program over the bus": over_the_bus,
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15),
    "libusb": libusb,
    **{f"write {path}": lambda path=path: made(f"{path}/probe") for path in (
        "/", "/etc", "/etc/pam_mfa", "/usr", "/var", "/var/lib", "/var/log", "/run", "/run/systemd", "/dev",
        "/dev/shm", "/var/lib/pam_mfa", "/var/log/pam_mfa", "/run/pam_mfa")},
    "home": lambda: os.listdir("/home/taro"),
    "root's home": lambda: made("/root/probe"),
    "control group": lambda: (os.mkdir("/sys/fs/cgroup/probe"), os.rmdir("/sys/fs/cgroup/probe")),
    "a screen": lambda: opened("/dev/probe-screen"),
    "HID": lambda: opened("/dev/probe-hidraw"),
    "USB": lambda: opened("/dev/probe-usb_device"),
    "who asks": lambda: [read(f"/proc/1/{name}") for name in ("stat", "status", "cgroup")],
    "memory of another": memory_of_another,
    "user namespace": lambda: checked(libc.unshare(NEWUSER)),
    "mount namespace": lambda: checked(libc.unshare(NEWNS)),
    "mount": lambda: checked(libc.mount(b"none", b"/mnt", b"tmpfs", 0, None)),
    "another user": lambda: os.setuid(12345),
    "root again": lambda: os.setresuid(0, 0, 0),
    "owner": lambda: with_file(lambda path: os.chown(path, 12345, 12345)),
    "set-uid file": lambda: with_file(lambda path: os.chmod(path, 0o4755)),
    "mode": lambda: with_file(lambda path: os.chmod(path, 0o600)),
    "code in writable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
    "host name": lambda: socket.sethostname(socket.gethostname()),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
}


def outcome(act):
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "ok"


def outcome_in_child(act):
    """What one try does to its process is over with it."""
    ours, its = os.pipe()
    if os.fork() == 0:
        os.write(its, outcome(act).encode())
        os._exit(0)
    os.close(its)
    with os.fdopen(ours) as pipe:
        text = pipe.read()
    os.wait()
    return text or "died"


print(json.dumps({name: outcome_in_child(act) for name, act in TRIES.items()}), flush=True)
