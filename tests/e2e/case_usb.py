# SPDX-License-Identifier: BSD-2-Clause
"""The process that talks to the YubiKeys: nobody's child, and nothing of its caller's."""

import ctypes
import itertools
import os
import re
import resource
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from e2e import as_user, audit, authd_client, enroll, pamconf, product, programs, softkey, users
from e2e.checks import exits, let_in, one_line, refused
from e2e.softkey import Key
from e2e.terminal import Terminal, become

PROGRAM = Path("/usr/libexec/pam_mfa/mfa-usb")
SERIALS = itertools.count(7300001)
CTRL_C = "\x03"
SECONDS = 10  # until what must happen soon has not

libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def offered(*services, timeout="15s"):
    """The services are wired, and a YubiKey may be used, within the block."""
    softkey.fresh()
    zone = {"factors": "yubikey hotp", "yubikey_timeout": timeout, "yubikey_any_session": "yes"}
    with pamconf.wired(*services), product.config(zone=zone):
        yield


def holder():
    """A person with a YubiKey; gives both."""
    taro, key = users.new(), Key(serial=next(SERIALS))
    exits(enroll.run("add", taro.name, "yubikey"), 0)
    return taro, key


def until(found):
    """Waits for what the function finds, and gives it."""
    end = time.monotonic() + SECONDS
    while not (what := found()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return what


def running():
    """The process ids of mfa-usb, of those that have not ended."""
    done = subprocess.run(["pgrep", "-x", "-r", "R,S,D,T,t", "mfa-usb"], capture_output=True, text=True)
    return [int(pid) for pid in done.stdout.split()]


def awaits_touch(key):
    return key.show()["waiting"] == "1"


@contextmanager
def su_through_pipes(user, caller, prepare=lambda: None, env=None):
    """su to the user by the caller; gives the process, and a function that waits for a prompt."""
    reader, writer = os.pipe()

    def turn_into_caller():
        become(caller)
        prepare()

    process = subprocess.Popen(["su", user.name, "-c", "true"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=writer, env={"PATH": os.environ["PATH"], **(env or {})}, cwd="/",
                               preexec_fn=turn_into_caller)
    said = b""

    def answer(prompt, line):
        nonlocal said
        while prompt.encode() not in said:
            said += os.read(reader, 65536)
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()

    process.prompts = writer
    try:
        yield process, answer
    finally:
        process.kill()
        process.wait()
        os.close(reader)
        os.close(writer)


def fill(pipe):
    os.set_blocking(pipe, False)
    try:
        while True:
            os.write(pipe, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(pipe, True)


def test_a_callers_full_pipe_keeps_nobody_from_the_keys(case):
    """libusb writes to its standard error when the environment says so, and would wait there for good."""
    with offered("su", "login", timeout="3s"):
        taro, _ = holder()
        jiro = users.new("jiro")
        with su_through_pipes(taro, jiro, env={"LIBUSB_DEBUG": "4"}) as (su, answer):
            answer("Password:", "no password of taro's")
            answer("YubiKey: Enter, touch", "")
            # what su says itself goes the same way: no room for it either
            fill(su.prompts)
            outcome = programs.login(taro, [taro.password, "", *[softkey.enter_again] * 20])
            assert outcome.let_in, outcome
            assert su.poll() is None
            assert as_user.send_signal(jiro, su.pid, signal.SIGKILL)
            assert su.wait(SECONDS) == -signal.SIGKILL


def test_the_user_who_started_a_program_may_end_it_while_it_waits_for_a_touch(case):
    with offered("su", "login"):
        taro, key = holder()
        jiro = users.new("jiro")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            key.faults("touch-after=never")
            with su_through_pipes(taro, jiro) as (su, answer):
                answer("Password:", "x")
                answer("YubiKey: Enter, touch", "")
                until(lambda: awaits_touch(key))
                assert key.show()["detached"] == "1"
                assert as_user.send_signal(jiro, su.pid, number)
                su.wait(SECONDS)
            until(key.is_free)
            until(lambda: not running())
        key.faults()
        let_in(programs.login(taro, [taro.password, ""]))
        audit.check_chain()


def test_stopped_while_it_waits_it_gives_up_the_turn_in_time(case):
    with offered("su", "login", timeout="1s"):
        taro, key = holder()
        jiro = users.new("jiro")
        key.faults("touch-after=never")
        with su_through_pipes(taro, jiro) as (su, answer):
            answer("Password:", "x")
            answer("YubiKey: Enter, touch", "")
            until(lambda: awaits_touch(key))
            assert as_user.send_signal(jiro, su.pid, signal.SIGSTOP)
            until(key.is_free)
            key.faults()
            let_in(programs.login(taro, [taro.password, ""]))


def test_ctrl_c_ends_the_wait_and_the_key_types_again(case):
    with offered("su", "login"):
        taro, key = holder()
        key.faults("touch-after=never")
        with Terminal(["su", taro.name, "-c", "true"], user=users.new("jiro")) as terminal:
            for line in (taro.password, ""):
                terminal.expect(programs.PROMPT)
                terminal.answer(line)
            until(lambda: awaits_touch(key))
            terminal.press(CTRL_C)
            assert terminal.wait() != 0
        until(key.is_free)
        hanako, other = users.new("hanako"), Key(serial=next(SERIALS))
        other.faults("touch-after=never")
        with Terminal(["mfa-enroll", "add", hanako.name, "yubikey", "--serial", other.show()["serial"]]) as terminal:
            until(lambda: awaits_touch(other))
            terminal.press(CTRL_C)
            assert terminal.wait() != 0
        until(other.is_free)
        assert enroll.run("list", hanako.name).returncode == 3


def test_ctrl_c_ends_the_wait_of_sudo_which_blocks_it(case):
    with offered("sudo", timeout="60s"):
        taro, key = holder()
        key.faults("touch-after=never")
        with Terminal(["sudo", "-k", "true"], user=taro) as terminal:
            for line in (taro.password, ""):
                terminal.expect(programs.PROMPT)
                terminal.answer(line)
            until(lambda: awaits_touch(key))
            terminal.press(CTRL_C)
            until(key.is_free)
            assert terminal.wait() != 0
            assert terminal.transcript.count("YubiKey: Enter, touch") == 1, terminal.transcript
        one_line(case, f"event=auth result=no-dialog .*user={taro.name}")


def spoil():
    """All that a caller can hand on."""
    os.umask(0)
    os.nice(19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.sched_setaffinity(0, {0})
    libc.prctl(29, ctypes.c_ulong(60 * 10**9), 0, 0, 0)  # PR_SET_TIMERSLACK
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGHUP})
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    for fd in range(10, 60):
        os.dup2(0, fd, inheritable=True)
    for name, value in (("NOFILE", 64), ("CPU", 1), ("MEMLOCK", 0), ("SIGPENDING", 0), ("NPROC", 1), ("FSIZE", 0),
                        ("DATA", 64 << 20), ("CORE", 1 << 30)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def limits(pid):
    """The soft limits, by the first words of their names."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[4:25].strip(): line[26:46].strip() for line in lines}


def facts(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def may_raise_limits():
    """Root in a container may not."""
    return int(facts("self")["CapEff"], 16) & 1 << 24 != 0


def check_that_nothing_was_taken_over(pid):
    status = facts(pid)
    assert status["Uid"].split() == status["Gid"].split() == ["0"] * 4 and status["Groups"] == ""
    assert all(int(status[name], 16) == 0 for name in ("SigIgn", "SigCgt", "ShdPnd", "SigPnd"))
    ends = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
    assert int(status["SigBlk"], 16) == sum(1 << (number - 1) for number in ends)  # the key is put in order first
    assert status["NoNewPrivs"] == "1" and status["Umask"] == "0077"
    assert int(status["Cpus_allowed"].replace(",", ""), 16) >> 1 or os.cpu_count() == 1
    assert Path(f"/proc/{pid}/environ").read_bytes() == b""
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    targets = {fd: os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    assert targets.pop("0").startswith("socket:")
    assert targets.pop("1") == targets.pop("2") == "/dev/null"
    # the turn, and the stand-in for libusb's way to the key
    assert sorted(target.split(":")[0] for target in targets.values()) == ["/run/pam_mfa", "socket"], targets
    session, terminal = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[3:5]
    assert (int(session), int(terminal)) == (pid, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) <= 0 and os.sched_getscheduler(pid) == os.SCHED_OTHER
    for name, wanted in (("timerslack_ns", "50000"), ("oom_score_adj", "0")):
        assert Path(f"/proc/{pid}/{name}").read_text().strip() == wanted, name
    if not may_raise_limits():
        return
    found = limits(pid)
    for name in ("cpu time", "file size", "data size", "locked memory", "pending signals", "processes"):
        assert found[name] == "unlimited", (name, found)
    assert found["open files"] == "256" and found["core file size"] == "0"


def test_it_takes_nothing_over_from_its_caller(case):
    with offered("su", "login"):
        taro, key = holder()
        jiro = users.new("jiro")
        key.faults("touch-after=never")
        score = Path("/proc/self/oom_score_adj")
        before = score.read_text()
        score.write_text("1000")
        environment = {"LIBUSB_DEBUG": "4", "LD_DEBUG": "all", "TZ": "/tmp/x", "LANG": "ja_JP.UTF-8"}
        with su_through_pipes(taro, jiro, prepare=spoil, env=environment) as (su, answer):
            score.write_text(before)
            answer("Password:", taro.password)
            answer("YubiKey: Enter, touch", "")
            until(lambda: awaits_touch(key))
            [pid] = running()
            check_that_nothing_was_taken_over(pid)
            for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGUSR1):
                assert not as_user.send_signal(jiro, pid, number)
            for name in ("mem", "environ", "fd/0", "maps"):
                assert as_user.run(jiro, ["head", "-c", "1", f"/proc/{pid}/{name}"]).returncode != 0, name
            key.faults()
            su.wait(SECONDS)
        let_in(programs.login(taro, [taro.password, ""]))


def test_for_a_program_that_is_not_root(case):
    """Which its user may end while the service waits."""
    with offered():
        taro, key = holder()
        assert authd_client.once(taro, "", tty="tty1") == authd_client.ALLOWED
        key.faults("touch-after=never")
        with authd_client.Visit(taro) as visit:
            visit.ask(tty="tty1")
            visit.send(authd_client.reply(""))
            until(lambda: awaits_touch(key))
            [pid] = running()
            assert facts(pid)["Uid"].split() == ["0"] * 4
            assert not as_user.send_signal(taro, pid, signal.SIGKILL)
            assert as_user.send_signal(taro, visit.pid, signal.SIGKILL)
            visit.hang_up()
            until(key.is_free)
        assert case.log(rf"event=verify result=no-dialog .*user={taro.name}\b")


def test_missing_unsafe_or_of_another_version(case):
    with offered("login"):
        taro, _ = holder()
        with product.kept(PROGRAM):
            PROGRAM.unlink()
            outcome = programs.login(taro, [taro.password, ""])
            refused(outcome)
            assert "YubiKeys cannot be used on this machine." in outcome.text
            one_line(case, f"result=unavailable reason=key-unusable .*{PROGRAM}: cannot open")
        for mode, words in ((0o775, "mode is 0775"), (0o644, "is not executable")):
            PROGRAM.chmod(mode)
            refused(programs.login(taro, [taro.password, ""]))
            assert case.log(f"reason=key-unusable .*{words}"), case.log("key-unusable")
            told = re.search(f"{PROGRAM}.*somebody else than root", enroll.run("check").stdout, re.S) is not None
            assert told == (mode == 0o775)
        PROGRAM.chmod(0o755)
        saved = PROGRAM.read_bytes()
        with product.kept(PROGRAM):
            version = enroll.run("--version").stdout.split()[-1].encode()
            assert saved.count(version + b"\0") > 0
            PROGRAM.unlink()
            PROGRAM.write_bytes(saved.replace(version + b"\0", version[:-1] + b"x\0"))
            PROGRAM.chmod(0o755)
            refused(programs.login(taro, [taro.password, ""]))
            assert case.log("reason=key-unusable .*install all anew"), case.log("key-unusable")
        let_in(programs.login(taro, [taro.password, ""]))


def test_by_hand_it_does_nothing(case):
    jiro = users.new("jiro")
    for user in (jiro, users.User("root", "", 0, 0, Path("/"))):
        done = as_user.run(user, [PROGRAM])
        assert done.returncode == 2 and not done.stdout + done.stderr, done
        with Terminal([str(PROGRAM)], user=user) as terminal:
            assert terminal.wait() == 2
            assert "pam_mfa.so and mfa-enroll run this" in terminal.transcript
