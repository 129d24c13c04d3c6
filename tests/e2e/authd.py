# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd, as an init would run it."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAM = "/usr/libexec/pam_mfa/mfa-authd"
SOCKET = Path("/run/pam_mfa/authd.sock")
POOL = 4  # workers
OLD_KERNEL = Path(__file__).resolve().with_name("old_kernel")

_running = None


def start(*arguments, wrapper=()):
    """Starts it, and waits until it listens. It ends with the throwaway root at the latest."""
    global _running
    SOCKET.unlink(missing_ok=True)
    _running = subprocess.Popen([*wrapper, PROGRAM, "--listen", *arguments], start_new_session=True, cwd="/",
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
    end = time.monotonic() + 10
    while not SOCKET.exists():
        assert time.monotonic() < end and _running.poll() is None, "mfa-authd does not listen"
        time.sleep(0.005)


def pid():
    """Of the process that waits for connections."""
    return _running.pid


def stop(number=signal.SIGTERM):
    """Ends it as planned, or by another signal."""
    _running.send_signal(number)
    _running.wait(40)


def restart():
    stop()
    start()


@contextmanager
def stopped():
    """It does not run within the block, and nobody listens at its socket."""
    stop()
    try:
        yield
    finally:
        start()


@contextmanager
def on_old_kernel():
    """It runs within the block as it does before Linux 6.5, as on Debian 12."""
    stop()
    start(wrapper=(OLD_KERNEL,))
    try:
        yield
    finally:
        restart()


def processes():
    """The numbers of all its processes: the one that waits, and its workers."""
    done = subprocess.run(["pgrep", "-x", "-r", "R,S,D,T,t", "mfa-authd"], capture_output=True, text=True)
    return [int(number) for number in done.stdout.split()]


def workers():
    """The numbers of its workers, all of which are there."""
    end = time.monotonic() + 10
    while len(found := [number for number in processes() if number != pid()]) != POOL:
        assert time.monotonic() < end, found
        time.sleep(0.005)
    return found


def kill_all():
    """Ends all its processes at once, as nothing planned does."""
    for number in (pid(), *[number for number in processes() if number != pid()]):
        with suppress(ProcessLookupError):  # an idle worker ends with its parent
            os.kill(number, signal.SIGKILL)
    _running.wait(10)


@contextmanager
def traced(path, *options, only=None):
    """strace follows its workers, or only one of them, within the block."""
    numbers = workers() if only is None else [only]
    argv = ["strace", "-qq", "-y", "-o", str(path), *options]
    argv += [word for number in numbers for word in ("-p", str(number))]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as strace:
        try:
            for number in numbers:
                _wait_for_tracer(strace, number)
            yield
        finally:
            strace.send_signal(signal.SIGINT)
            strace.wait(10)


def _wait_for_tracer(strace, number):
    end = time.monotonic() + 10
    while f"\nTracerPid:\t{strace.pid}\n" not in Path(f"/proc/{number}/status").read_text():
        assert time.monotonic() < end and strace.poll() is None, "strace does not attach"
        time.sleep(0.005)
