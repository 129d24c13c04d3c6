# SPDX-License-Identifier: BSD-2-Clause
"""mfa-verify, set-uid root, in the hands of a hostile user."""

import contextlib
import ctypes
import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

from e2e import audit, enroll, pam, product, users, verify
from e2e.verify import ALLOWED, DENIED, NO_DIALOG, Visit

EVIL = """
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void run(void)
{
	int fd = open("/tmp/evil-ran", O_CREAT | O_WRONLY, 0644);
	(void)write(fd, "x", 1);
}
void gconv(void) {}
void gconv_init(void) { run(); }
int sodium_init(void) { return 0; }
"""

libc = ctypes.CDLL(None, use_errno=True)


def lets_in(user, token):
    assert verify.once(user, token.next()) == ALLOWED


def root_login_takes(user, token):
    """A login in a program of root's, at once; gives its seconds."""
    start = time.monotonic()
    with pam.module_alone():
        assert pam.call(user, [token.next()]).code == pam.SUCCESS
    return time.monotonic() - start


def test_it_takes_nothing_over_from_its_caller(case):
    taro, token = enroll.person(kind="hotp")

    def prepare():
        os.chdir(taro.home)
        os.umask(0)
        os.nice(19)
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        os.sched_setaffinity(0, {0})
        signal.setitimer(signal.ITIMER_REAL, 1.0)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        libc.prctl(29, ctypes.c_ulong(60 * 10**9), 0, 0, 0)  # PR_SET_TIMERSLACK
        for fd in range(10, 60):
            os.dup2(0, fd)

    score = Path("/proc/self/oom_score_adj")  # a process that became the user may not write it
    before = score.read_text()
    score.write_text("1000")
    with Visit(taro, prepare=prepare, close_fds=False) as visit:
        score.write_text(before)
        visit.ask()
        assert visit.status("Uid").split() == [str(taro.uid), "0", "0", "0"]
        assert visit.status("Gid").split() == ["0"] * 4 and visit.status("Groups") == ""
        assert int(visit.status("CapPrm"), 16) == int(visit.status("CapEff"), 16) == 1 << 7
        assert visit.status("NoNewPrivs") == "1" and visit.status("Umask") == "0077"
        assert visit.status("SigIgn").strip("0") == "" and visit.status("Cpus_allowed_list") != "0" or os.cpu_count() == 1
        assert os.readlink(f"/proc/{visit.pid}/cwd") == "/"
        targets = {fd: os.readlink(f"/proc/{visit.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{visit.pid}/fd")}
        assert targets.pop("0").startswith("socket:")
        assert targets.pop("1") == targets.pop("2") == "/dev/null"
        assert all(target.startswith("socket:") for target in targets.values()) and len(targets) < 2, targets
        assert os.getpriority(os.PRIO_PROCESS, visit.pid) <= 0
        assert os.sched_getscheduler(visit.pid) == os.SCHED_OTHER
        for name, wanted in (("timerslack_ns", "50000"), ("oom_score_adj", "0")):
            assert Path(f"/proc/{visit.pid}/{name}").read_text().strip() == wanted, name
        core = [line for line in open(f"/proc/{visit.pid}/limits") if line.startswith("Max core")]
        assert core[0].split()[4:6] == ["0", "0"], core
        time.sleep(1.1)  # the caller's timer would have ended it
        assert visit.answer(token.next()) == ALLOWED


def test_nor_may_its_caller_slow_it_down_afterwards(case):
    """The process is the caller's while it asks, but for a capability that the caller has not."""
    taro, token = enroll.person(kind="hotp")
    calls = ("sched_setaffinity(pid, {0})", "setpriority(os.PRIO_PROCESS, pid, 19)",
             "sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))")
    with Visit(taro) as visit:
        visit.ask()
        for call in calls:
            slow = ["python3", "-c", f"import os, sys; pid = int(sys.argv[1]); os.{call}"]
            for pid, may in ((visit.pid, False), (0, True)):
                ended = subprocess.run([*slow, str(pid)], user=taro.uid, group=taro.gid, capture_output=True, text=True)
                assert (ended.returncode == 0) == may, ended.stderr
                assert may or "PermissionError" in ended.stderr, ended.stderr
        assert visit.answer(token.next()) == ALLOWED


def test_limits_of_the_caller(case):
    taro, token = enroll.person(kind="hotp")
    for name, value in (("NPROC", 1), ("MEMLOCK", 0), ("CPU", 1), ("CORE", 1 << 30),
                        ("SIGPENDING", 0), ("STACK", 1 << 20), ("DATA", 64 << 20), ("AS", 64 << 20)):
        kind = getattr(resource, f"RLIMIT_{name}")
        with Visit(taro, prepare=lambda: resource.setrlimit(kind, (value, value))) as visit:
            visit.ask()
            assert visit.answer(token.next()) == ALLOWED, name
    audit.check_chain()


def test_a_limit_of_the_caller_on_files(case):
    limits = [(resource.RLIMIT_FSIZE, value) for value in (0, 1, 100, 3000)]
    for kind, value in [*limits, (resource.RLIMIT_NOFILE, 5)]:
        taro, token = enroll.person(kind="hotp")
        with Visit(taro, prepare=lambda: resource.setrlimit(kind, (value, value))) as visit:
            if verify.may_raise_limits():
                visit.ask()
                assert visit.answer(token.next()) == ALLOWED
            else:
                visit.send(verify.begin(taro))
                packet = visit.receive()
                while packet[:1] in (b"A", b"I", b"E"):
                    if packet[:1] == b"A":
                        visit.send(b"R" + token.next().encode())
                    packet = visit.receive()
                assert packet[:2] == b"Vu"
        lets_in(taro, token)
    audit.check_chain()


def test_limits_under_which_no_program_starts(case):
    """It ends without a verdict, and nothing is counted."""
    taro, token = enroll.person(kind="hotp")
    with product.unchanged(product.STORE, product.AUDIT.parent):
        for name, value in (("AS", 1 << 20), ("NOFILE", 1), ("DATA", 0), ("STACK", 8192)):
            kind = getattr(resource, f"RLIMIT_{name}")
            try:
                with Visit(taro, prepare=lambda: resource.setrlimit(kind, (value, value))) as visit:
                    visit.hang_up()
            except (subprocess.SubprocessError, OSError):
                pass
    lets_in(taro, token)


def test_descriptors_that_are_closed(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro, prepare=lambda: (os.close(1), os.close(2))) as visit:
        visit.ask()
        assert visit.answer(token.next()) == ALLOWED
    for closed in ((0,), (0, 1), (0, 1, 2), (0, 2)):
        done = verify.as_user(taro, ["python3", "-ISc", f"""
import os
for fd in {closed}: os.close(fd)
os.execv("{verify.PROGRAM}", ["x"])"""])
        assert done.returncode == 2 and not done.stdout + done.stderr, done


def test_a_channel_of_another_kind(case):
    taro = users.new()
    program = f"""
import os, socket, sys
kind = {{"stream": socket.SOCK_STREAM, "dgram": socket.SOCK_DGRAM}}.get(sys.argv[1])
if kind is not None:
    a, b = socket.socketpair(socket.AF_UNIX, kind)
    a.send({verify.begin(taro)!r})
    os.dup2(b.fileno(), 0)
elif sys.argv[1] == "tcp":
    tcp = socket.socket()
    os.dup2(tcp.fileno(), 0)
else:
    os.dup2(os.open(sys.argv[1], os.O_RDWR), 0)
os.execv("{verify.PROGRAM}", ["x"])"""
    with product.unchanged(product.STORE, product.AUDIT.parent):
        for kind in ("stream", "dgram", "tcp", "/dev/null", "/dev/zero", "/dev/full"):
            done = verify.as_user(taro, ["python3", "-ISc", program, kind])
            assert done.returncode == 2 and not done.stdout + done.stderr, (kind, done)


def test_the_environment(case):
    taro, token = enroll.person(kind="hotp")
    folder = Path("/tmp/evil")
    folder.mkdir()
    source = folder / "evil.c"
    source.write_text(EVIL)
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-o", folder / "evil.so", source], check=True)
    for name in ("libsodium.so.23", "libeconf.so.0", "liboath.so.0", "libc.so.6", "UTF-8.so"):
        (folder / name).write_bytes((folder / "evil.so").read_bytes())
    (folder / "gconv-modules").write_text("module UTF-8// INTERNAL evil 1\nmodule INTERNAL UTF-8// evil 1\n")
    environment = {
        "LD_PRELOAD": "/tmp/evil/evil.so", "LD_AUDIT": "/tmp/evil/evil.so", "LD_LIBRARY_PATH": "/tmp/evil",
        "LD_DEBUG": "all", "LD_DEBUG_OUTPUT": "/tmp/evil/debug", "LD_PROFILE": "libc.so.6",
        "LD_PROFILE_OUTPUT": "/tmp/evil", "GCONV_PATH": "/tmp/evil", "LOCPATH": "/tmp/evil",
        "NLSPATH": "/tmp/evil/%N", "LANGUAGE": "ja:../../../../tmp/evil", "LANG": "ja_JP.UTF-8",
        "OUTPUT_CHARSET": "UTF-8", "TEXTDOMAINDIR": "/tmp/evil", "PATH": "/tmp/evil", "TZ": "/tmp/evil/x",
        "TZDIR": "/tmp/evil", "TMPDIR": "/tmp/evil", "HOME": "/tmp/evil", "MALLOC_TRACE": "/tmp/evil/trace",
        "MALLOC_CHECK_": "3", "GLIBC_TUNABLES": "glibc.malloc.check=3", "RES_OPTIONS": "debug",
        "LOCALDOMAIN": "x", "HOSTALIASES": "/tmp/evil/x", "GETCONF_DIR": "/tmp/evil",
    }
    before = sorted(folder.iterdir())
    with Visit(taro, env=environment) as visit:
        assert visit.ask() == "One-time password: "
        assert visit.answer(token.next()) == ALLOWED
    assert not Path("/tmp/evil-ran").exists() and sorted(folder.iterdir()) == before
    # That the trap works.
    done = verify.as_user(taro, ["true"], env={**environment, "PATH": os.environ["PATH"], "LD_LIBRARY_PATH": ""})
    assert Path("/tmp/evil-ran").exists(), done


def test_no_arguments_and_strange_ones(case):
    taro, token = enroll.person(kind="hotp")

    def without():
        libc.execve(verify.PROGRAM.encode(), (ctypes.c_char_p * 1)(None), (ctypes.c_char_p * 1)(None))

    with Visit(taro, argv=["/bin/false"], prepare=without) as visit:
        visit.ask()
        assert visit.answer(token.next()) == ALLOWED
    for argv in (["--help"], ["", "%s%n"], ["a" * 100000] * 10):
        with Visit(taro, argv=argv, executable=verify.PROGRAM) as visit:
            visit.ask()
            assert visit.answer(token.next()) == ALLOWED


def test_it_cannot_be_looked_into(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro) as visit:
        visit.ask()
        for name in ("mem", "environ", "fd/0", "maps", "cwd"):
            done = verify.as_user(taro, ["head", "-c", "1", f"/proc/{visit.pid}/{name}"])
            assert done.returncode != 0, name
        assert verify.as_user(taro, ["strace", "-p", str(visit.pid)]).returncode != 0
        assert visit.answer(token.next()) == ALLOWED
    # Started under a tracer it has no rights, and says nothing.
    with Visit(taro, argv=["strace", "-o", "/dev/null", verify.PROGRAM],
               env={"PATH": os.environ["PATH"]}) as visit:
        visit.send(verify.begin(taro))
        assert visit.receive() == b""


def flipped(packet, bit):
    return packet[:bit // 8] + bytes([packet[bit // 8] ^ 1 << bit % 8]) + packet[bit // 8 + 1:]


def test_garbage_instead_of_the_beginning(case):
    taro, token = enroll.person(kind="hotp")
    good = verify.begin(taro)
    packets = [
        b"B", b"B\1", b"B\1\0", b"R123456", b"V", b"Va\0\0", b"A?", b"\0", b"\xff" * 4096, b"B" + b"\xff" * 4095,
        b"B" * 4097, b"B" * 60000, good[:-1], good + b"\0", good[:1] + b"\2" + good[2:], good[:2] + b"\x08" + good[3:],
        verify.begin(taro, service="x" * 256), verify.begin(taro, rhost="x" * 3000),
    ]
    chance = random.Random(1)
    packets += [chance.randbytes(chance.randrange(1, 300)) for _ in range(40)]
    # One bit wrong in version or name, or a flag that there is not. Another service is no mistake.
    bits = [8 * at + bit for at in (0, 1, *range(3, 4 + len(taro.name))) for bit in range(8)] + list(range(19, 24))
    packets += [flipped(good, chance.choice(bits)) for _ in range(40)]
    with product.unchanged(product.STORE, product.AUDIT.parent):
        for packet in packets:
            with Visit(taro) as visit:
                visit.send(packet)
                assert visit.receive() == b"", packet
            assert visit.process.returncode == 2, packet
    lets_in(taro, token)


def test_garbage_instead_of_an_answer(case):
    taro, token = enroll.person(kind="hotp")
    for packet in (b"B", b"X", b"A?", b"V\0", b"Va\0\0", b"I", b"N", b"Nxx", b"R12\x003456", b"R" + b"1" * 5000, b"\0"):
        hanako = users.new("hanako")  # each with turns of her own
        enroll.give(hanako, "hotp")
        with Visit(hanako) as visit:
            visit.ask()
            visit.send(packet)
            assert visit.verdict() == NO_DIALOG, packet
        assert enroll.tokens(hanako)[0]["failures"] == 0
    with Visit(taro) as visit:
        visit.ask()
        with contextlib.suppress(BrokenPipeError):
            for _ in range(50):
                visit.send(b"R000000")  # all but the first are for nobody
        assert visit.verdict() == DENIED
    assert enroll.tokens(taro)[0]["failures"] == 1
    lets_in(taro, token)
    audit.check_chain()


def test_hanging_up_at_any_moment(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro):
        pass
    with Visit(taro) as visit:
        visit.send(verify.begin(taro))
    with Visit(taro) as visit:
        visit.ask()
    with Visit(taro) as visit:
        visit.ask()
        visit.send(b"R" + token.next().encode())
    # The code was right, and is used up whether or not anybody heard so.
    assert verify.once(taro, token.last()) == DENIED
    lets_in(taro, token)
    audit.check_chain()


def test_signals_at_the_question(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro) as visit:
        visit.ask()
        for number in verify.CATCHABLE:
            assert verify.send_signal(taro, visit.pid, number)
        assert visit.status("State").startswith("S")
        assert visit.answer(token.next()) == ALLOWED


def test_stopped_at_the_question_it_keeps_nobody_waiting(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro) as visit:
        visit.ask()
        assert verify.send_signal(taro, visit.pid, signal.SIGSTOP)
        assert root_login_takes(taro, token) < 2
        assert enroll.run("show", taro.name).returncode == 0
        lets_in(taro, token)  # not even the same user
        assert verify.send_signal(taro, visit.pid, signal.SIGKILL)


def test_at_work_it_can_be_neither_stopped_nor_killed(case):
    taro, token = enroll.person(kind="hotp")
    slow = ["strace", "-u", taro.name, "-o", "/tmp/trace", "-e", "trace=fdatasync",
            "-e", "inject=fdatasync:delay_enter=1000000", verify.PROGRAM]
    with Visit(users.User("root", "", 0, 0, Path("/")), argv=slow, env={"PATH": os.environ["PATH"]}) as visit:
        visit.send(verify.begin(taro))
        assert visit.receive()[:1] == b"A"
        pid = int(subprocess.check_output(["pgrep", "-x", "mfa-verify"]).split()[0])
        assert verify.send_signal(taro, pid, signal.SIGCONT)
        visit.send(b"R" + token.next().encode())
        end = time.monotonic() + 5
        while verify.send_signal(taro, pid, signal.SIGCONT):
            assert time.monotonic() < end
        for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTSTP, signal.SIGINT):
            assert not verify.send_signal(taro, pid, number)
        assert visit.verdict() == ALLOWED


def test_stopped_or_killed_at_any_moment(case):
    """Whatever the moment, the next login of root's programs is let in at once."""
    chance = random.Random(2)
    slowest = 0
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for _ in range(4):
            taro, token = enroll.person(kind="hotp", digits=8)
            for _ in range(5):
                with Visit(taro) as visit:
                    visit.ask()
                    visit.send(b"R" + token.next().encode())
                    time.sleep(chance.random() * 0.004)
                    verify_signal(taro, visit.pid, number)
                    slowest = max(slowest, root_login_takes(taro, token))
                    visit.process.kill()
    assert slowest < 2, slowest
    audit.check_chain()


def verify_signal(user, pid, number):
    """As verify.send_signal, but at once."""
    child = os.fork()
    if child == 0:
        try:
            os.setuid(user.uid)
            os.kill(pid, number)
        except OSError:
            pass
        os._exit(0)
    os.waitpid(child, 0)


def test_a_flood_comes_slowly_and_drowns_nobody(case):
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", kind="hotp")
    before = len(audit.events())
    start = time.monotonic()
    visits = [Visit(taro) for _ in range(40)]
    for visit in visits:
        visit.send(verify.begin(taro))
    asked = time.monotonic()
    lets_in(hanako, other)
    assert time.monotonic() - asked < 2
    verdicts = []
    for visit in visits:
        with visit:
            packet = visit.receive()
            if packet[:1] == b"A":
                verdicts.append(visit.answer("000000"))
            else:
                assert packet in (b"Vu\0\0", b""), packet
    seconds = time.monotonic() - start
    lines = [event for event in audit.events()[before:] if event.get("user") == taro.name]
    assert len(lines) == len(verdicts) and 10 <= len(lines) <= 11 + seconds / 3, (len(lines), seconds)
    assert len(case.log(rf"mfa-verify.*user={taro.name}\b")) == len(lines)
    # The guesses were counted, and the lock is still there.
    assert enroll.tokens(taro)[0]["sources_locked"] == 1
