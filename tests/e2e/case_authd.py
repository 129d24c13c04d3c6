# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd: restarted, killed, stopped, badly configured, and not there at all."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from e2e import (as_user, audit, authd, authd_client, clock, enroll, pam, pamconf, product, programs, restarts, ssh,
                 transcript, users)
from e2e.authd_client import DENIED, END, ROOT, UNAVAILABLE, Visit
from e2e.checks import let_in, one_line, refused, soon
from e2e.console import VT, communicate, su_at, virtual_terminal
from e2e.entry_points import stranger
from e2e.terminal import PROMPT, Ended, Terminal, become

START = "systemctl restart mfa-authd.socket"
OTHER = Path("/etc/pam_mfa/other.conf")


# While it restarts.


@contextmanager
def at_the_question(user, argv=None):
    """su of a stranger's at the second question; gives the terminal."""
    argv = argv or ["su", user.name, "-c", programs.PROOF]
    with pamconf.wired("su"), Terminal(argv, user=stranger()) as terminal:
        terminal.expect("Password: ")
        terminal.answer(user.password)
        terminal.expect("One-time code: ")
        yield terminal


def asked(terminal):
    return terminal.transcript.count("One-time code: ")


def let_in_now(terminal, user):
    terminal.expect(programs.came_in(user.name))
    assert terminal.wait() == 0


def kill_and_start():
    authd.kill_all()
    authd.start()


@contextmanager
def let_in_by_one_answer(user):
    """In the block the service goes and comes back, and the answer is given: it is enough."""
    with at_the_question(user) as terminal:
        yield terminal
        let_in_now(terminal, user)
        assert asked(terminal) == 1


def answer_and_stop(terminal, text, number=signal.SIGTERM):
    """Ends the service while a worker waits for the disk with the answer."""
    with authd.traced("/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=1000000"):
        terminal.answer(text)
        time.sleep(0.3)
        authd.stop(number)


def test_an_answer_is_taken_by_the_service_behind_a_restart(case):
    """Planned or not: the question is not put twice."""
    taro, token = enroll.person(kind="hotp")
    for restart in (authd.restart, kill_and_start):
        with let_in_by_one_answer(taro) as terminal:
            before = authd.pid()
            restart()
            assert authd.pid() != before
            terminal.answer(token.next())
    assert len(case.log("result=allowed")) == 2 == len(case.log("pam_mfa"))
    audit.check_chain()


def test_an_answer_is_taken_while_the_service_is_about_to_return(case):
    taro, token = enroll.person(kind="hotp")
    with let_in_by_one_answer(taro) as terminal:
        authd.stop()
        terminal.answer(token.next())
        time.sleep(0.5)
        authd.start()


def test_a_restart_ends_what_is_being_worked_on(case):
    taro, token = enroll.person(kind="hotp")
    with let_in_by_one_answer(taro) as terminal:
        answer_and_stop(terminal, token.next())
        authd.start()


def test_what_a_worker_has_begun_it_ends_without_its_parent(case):
    taro, token = enroll.person(kind="hotp")
    with let_in_by_one_answer(taro) as terminal:
        answer_and_stop(terminal, token.next(), signal.SIGKILL)
        soon(lambda: not authd.processes())
        authd.start()
    audit.check_chain()


@contextmanager
def worker_killed(call):
    """In the block a worker that has come to this call is slow there; then all workers are killed, and
    not their parent."""
    before = authd.pid()
    with authd.traced("/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:delay_enter=2000000"):
        yield
        time.sleep(0.5)
        for number in authd.workers():
            os.kill(number, signal.SIGKILL)
    assert authd.pid() == before and len(authd.workers()) == authd.POOL


def test_a_worker_that_dies_before_it_wrote_has_the_code_asked_for_once_more(case):
    taro, token = enroll.person(kind="hotp")
    with at_the_question(taro) as terminal:
        with worker_killed("pwrite64"):
            terminal.answer(token.next())
        terminal.expect("One-time code: ")
        terminal.answer(token.last())
        let_in_now(terminal, taro)
        assert asked(terminal) == 2
    assert len(case.log("ended in the middle of a login, which is asked again")) == 1
    assert len(case.log("result=allowed")) == 1
    audit.check_chain()


def test_a_worker_that_dies_after_it_wrote_accepts_nothing_twice(case):
    taro, token = enroll.person(kind="hotp")
    with at_the_question(taro) as terminal:
        with worker_killed("fdatasync"):
            terminal.answer(token.next())
        terminal.expect("One-time code: ")
        terminal.answer(token.last())
        try:
            terminal.expect(PROMPT)
        except Ended:
            pass
        assert terminal.wait() != 0 and asked(terminal) == 2
    assert case.log("reason=code-used") and not case.log("result=allowed")
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    audit.check_chain()


def test_a_worker_that_dies_loses_no_failure(case):
    taro, token = enroll.person(kind="hotp")
    with at_the_question(taro) as terminal:
        with worker_killed("fdatasync"):
            terminal.answer(token.wrong())
        terminal.expect("One-time code: ")
        terminal.answer(token.wrong())
        assert terminal.wait() != 0
    assert enroll.facts(taro)["failures"] == 2
    # its line may still come, for a while; then the next login tells of it
    with clock.off_by(120), pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    told = [event["event"] for event in audit.events() if event.get("user") == taro.name]
    assert told[-3:] == ["auth", "auth.unlogged", "auth"], told
    assert case.log(r"pam_mfa\(mfa-test:auth\): 1 refusal before has no line in the audit trail")
    audit.check_chain()


def test_a_worker_that_hangs_delays_nobody_else(case):
    taro, token = enroll.person(kind="hotp")
    hanako, _ = enroll.person("hanako", kind="hotp")
    # in front of the disk, with the lock of the record
    slow = ("-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=3000000:when=1")
    authd.restart()
    first = min(authd.workers())  # which has what comes alone
    with at_the_question(taro) as terminal, authd.traced("/dev/null", *slow, only=first):
        start = time.monotonic()
        terminal.answer(token.next())
        time.sleep(0.3)
        for _ in range(8):
            with Visit(ROOT) as visit:
                visit.ask(hanako)
                visit.send(authd_client.reply("not a code"))
                assert visit.verdict() == DENIED
        assert time.monotonic() - start < 2
        let_in_now(terminal, taro)
        assert time.monotonic() - start > 2, "it did not hang"


@contextmanager
def a_syslog_daemon_that_reads_nothing():
    """Gives its socket."""
    path = Path("/tmp/hung-log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hung:
        hung.bind(str(path))
        hung.setblocking(False)
        subprocess.run(["mount", "--bind", path, "/dev/log"], check=True)
        try:
            authd.restart()
            yield hung
        finally:
            subprocess.run(["umount", "/dev/log"], check=True)
            path.unlink()
            authd.restart()


def test_a_syslog_daemon_that_hangs_keeps_nobody_out(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone(), a_syslog_daemon_that_reads_nothing() as hung:
        size = product.AUDIT.stat().st_size
        begun = time.monotonic()
        for _ in range(30):
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        assert time.monotonic() - begun < 20
        assert product.AUDIT.read_bytes()[size:].count(b'"result":"allowed"') == 30
        lines = []
        with suppress(BlockingIOError):
            while True:
                lines.append(hung.recv(4096))
        assert 0 < len(lines) < 30, len(lines)  # or nothing had hung
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        assert b"the syslog daemon did not take the " in hung.recv(4096)
        assert b"result=allowed" in hung.recv(4096)


def test_two_hundred_logins_and_ten_restarts(case):
    restarts.logins_go_on(case, people=4, logins=50, count=10)


def test_a_question_may_stay_open_for_long(case):
    """As a greeter's does."""
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        assert pam.call(taro, [token.next()], pause=30).code == pam.SUCCESS
    # what does not even say who it is does not stay
    with Visit(ROOT) as visit:
        start = time.monotonic()
        assert visit.receive() == END
        assert 9 < time.monotonic() - start < 12


# Badly configured.


@contextmanager
def away(path):
    """There is no such file or folder within the block."""
    aside = path.with_name("." + path.name + ".aside")
    path.rename(aside)
    try:
        yield
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        aside.rename(path)


@contextmanager
def owned_by(path, uid):
    os.chown(path, uid, -1)
    try:
        yield
    finally:
        os.chown(path, 0, -1)


@contextmanager
def with_mode(path, mode):
    before = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def test_what_it_cannot_use_makes_it_unavailable_and_ends_nothing(case):
    taro, token = enroll.person(kind="hotp")
    before = authd.pid()
    outages = {
        "a bad key": lambda: product.config(zone={"nonsense": "1"}),
        "no configuration": lambda: away(product.CONFIG),
        "no key": lambda: away(product.KEY),
        "a short key": lambda: product.written(product.KEY, "short"),
        "no folder of records": lambda: away(product.USERS),
        "no store": lambda: away(product.STORE),
        "a configuration of another's": lambda: owned_by(product.CONFIG, taro.uid),
        "a configuration that others may write": lambda: with_mode(product.CONFIG, 0o666),
        "a folder that others may write": lambda: with_mode(product.CONFIG.parent, 0o777),
        "a key of another's": lambda: owned_by(product.KEY, taro.uid),
    }
    with pam.module_alone():
        for name, outage in outages.items():
            lines = len(case.log(r"mfa-authd.*pam_mfa\("))
            with outage():
                for _ in range(2):  # the second in a new worker
                    reply = pam.call(taro, [token.wrong()])
                    assert reply.code == pam.UNAVAILABLE, (name, reply)
                    assert "out of order" in reply.messages[0], (name, reply)
            told = case.log(r"mfa-authd.*pam_mfa\(")[lines:]
            assert len(told) == 2, (name, told)
            assert all("result=unavailable" in line and "detail=" in line for line in told), (name, told)
            # it is taken as it is now, without a restart
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS, name
    assert authd.pid() == before and len(authd.workers()) == authd.POOL
    assert enroll.facts(taro)["failures"] == 0
    audit.check_chain()


def test_a_changed_configuration_holds_at_the_next_login(case):
    taro, token = enroll.person(kind="hotp")
    text = f"[host]\nzone = mynumber\n[zone open]\nservices = {pam.SERVICE}\nmfa = off\n[zone mynumber]\n"
    with pam.module_alone():
        for _ in range(3):
            with product.written(product.CONFIG, text):
                reply = pam.call(taro)  # ignored, which alone is no success
                assert reply.code == pam.PERM_DENIED and not reply.prompts, reply
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
            # while the question is open
            with Visit(ROOT) as visit:
                visit.ask(taro)
                with product.config(zone={"nonsense": "1"}):
                    assert visit.answer(token.next()) == UNAVAILABLE
            with Visit(ROOT) as visit:
                visit.ask(taro)
                with product.config(zone={"factors": "totp"}):
                    assert visit.answer(token.next()) == DENIED


def test_root_may_ask_how_it_is(case):
    def state():
        with Visit(ROOT) as visit:
            visit.send(b"Q")
            return visit.receive()[1:].decode()

    version = enroll.run("--version").stdout.split()[-1]
    assert re.fullmatch(f"version: {version}\nconfiguration: {product.CONFIG}\nhash: [0-9a-f]{{32}}\n", state())
    with away(product.KEY):
        assert re.search(rf"(?m)^problem: .*{product.KEY}", state()), state()
    with product.config(zone={"nonsense": "1"}):
        assert re.search(r"(?m)^problem: .*nonsense", state()), state()


def test_whether_it_could_serve_is_told_before_it_is_started(case):
    def test():
        done = subprocess.run([authd.PROGRAM, "--test"], capture_output=True, text=True, timeout=10)
        assert not done.stdout, done
        return done.returncode, done.stderr

    with product.unchanged(product.STORE, "/etc/pam_mfa", "/var/log/pam_mfa"):
        assert test() == (0, "")
    for outage, word in ((away(product.KEY), str(product.KEY)), (away(product.STORE), str(product.STORE)),
                         (product.config(zone={"nonsense": "1"}), "nonsense")):
        with outage:
            status, text = test()
            assert status == 1 and re.fullmatch(rf"mfa-authd: .*{word}.*\n", text), text
    taro = users.new()
    done = subprocess.run([authd.PROGRAM, "--test"], capture_output=True, text=True, preexec_fn=lambda: become(taro))
    assert done.returncode == 1 and done.stderr, done


# Where it is not.


def once_lines(case):
    """What `mfa-authd --once` told syslog: its number is none of the service's."""
    lines = [(int(re.search(r"mfa-authd\[(\d+)\]", line)[1]), line) for line in case.log(r"mfa-authd\[")]
    return [line for number, line in lines if number not in authd.processes()]


def test_root_programs_are_served_without_the_service(case):
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("login", "sshd"), ssh.Server(), authd.stopped():
        for attempt in (programs.login, ssh.login):
            let_in(attempt(taro, [taro.password, token.next()]))
            refused(attempt(taro, [taro.password, token.wrong()]))
            refused(attempt(taro, ["wrong", token.next()]))
            refused(attempt(taro, [taro.password, token.last()]))
    reasons = [re.search(r"event=auth result=\w+ reason=\S+", line)[0] for line in once_lines(case)]
    assert reasons == ["event=auth result=allowed reason=code-right", "event=auth result=denied reason=code-wrong",
                       "event=auth result=allowed reason=code-right", "event=auth result=denied reason=code-used"] * 2
    soon(lambda: len(authd.processes()) == 1 + authd.POOL)
    audit.check_chain()


def test_the_gate_is_shut_without_the_service_too(case):
    taro, _ = enroll.person()
    with pamconf.wired("sshd"), ssh.Server(), authd.stopped():
        refused(ssh.login(taro, methods="publickey", key=ssh.authorize(taro)), prompts=0)
    one_line(case, "event=account result=denied reason=auth-not-passed")


def test_a_service_that_hangs_is_as_one_that_is_not_there(case):
    taro, token = enroll.person(kind="hotp")
    os.kill(authd.pid(), signal.SIGSTOP)
    try:
        with pamconf.wired("login"):
            start = time.monotonic()
            with Terminal(["/bin/login"]) as terminal:
                terminal.expect(r"login: \Z")
                terminal.send(taro.name)
                outcome = programs.converse(terminal, taro, [taro.password, token.next()])
            assert outcome.let_in, outcome
            # twice two seconds, in each of the two phases
            assert time.monotonic() - start < 12
    finally:
        os.kill(authd.pid(), signal.SIGCONT)
    assert len(once_lines(case)) == 1
    with pam.module_alone():
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_programs_that_a_user_starts_are_refused_without_the_service(case):
    taro, token = enroll.person(kind="hotp")
    jiro = stranger()
    attempts = {
        "su": lambda: programs.su(taro, [taro.password, token.next()], caller=jiro),
        "sudo": lambda: programs.sudo(taro, [taro.password, token.next()]),
    }
    with pamconf.wired(*attempts), authd.stopped(), product.unchanged(product.STORE, product.AUDIT.parent):
        for name, attempt in attempts.items():
            lines = len(case.log("mfa"))
            outcome = attempt()
            refused(outcome, prompts=1)
            told = case.log("mfa")[lines:]
            assert len(told) == 1 and START in told[0], (name, told)
            if name == "su":  # sudo wants the module to be silent
                assert "out of order, so you cannot log in" in outcome.text, outcome
                assert "cannot retrieve authentication info" in outcome.text, outcome
        with pam.module_alone():
            for wrapper in (as_user.ids(taro), ("setpriv", "--ruid", jiro.name, "--euid", "root")):
                lines = len(case.log("mfa"))
                reply = pam.call(taro, [token.next()], wrapper=wrapper)
                assert reply.code == pam.UNAVAILABLE and not reply.prompts, reply
                assert "out of order" in reply.messages[0], reply
                told = case.log("mfa")[lines:]
                assert len(told) == 1 and START in told[0], told


def test_at_a_virtual_terminal_su_is_served_without_the_service(case):
    taro, token = enroll.person(kind="hotp")
    jiro = stranger()
    with virtual_terminal(VT) as path, pamconf.wired("su"), authd.stopped():
        status, out = communicate(su_at(path, taro, jiro), taro.password, token.next())
        assert status == 0 and f"logged in as {taro.name}\n" in out, out
        status, out = communicate(su_at(path, taro, jiro), taro.password, token.wrong())
        assert status != 0
    # one that is about to end is taken for the service's
    soon(lambda: [re.search(r"result=\w+", line)[0] for line in once_lines(case) if "event=auth" in line] ==
         ["result=allowed", "result=denied"])


def test_there_one_at_a_time(case):
    taro, token = enroll.person(kind="hotp")
    jiro = stranger()
    with virtual_terminal(VT) as path, pamconf.wired("su"), authd.stopped():
        first = su_at(path, taro, jiro)
        first.stdin.write(f"{taro.password}\n")
        first.stdin.flush()
        hold = Path("/run/pam_mfa/once")
        soon(lambda: subprocess.run(["pgrep", "-f", "mfa-authd --once"], capture_output=True).stdout.split())
        soon(lambda: hold.exists() and subprocess.run(["flock", "-n", hold, "true"]).returncode != 0)
        with virtual_terminal(VT + 1) as other:
            status, out = communicate(su_at(other, taro, jiro), taro.password)
            assert status != 0 and "out of order" in out and "cannot retrieve authentication info" in out, out
            assert case.log("another login is being checked without it")
            # root's programs wait for nobody
            with pamconf.wired("login"):
                let_in(programs.login(taro, [taro.password, token.next()]))
            # who has it may be stopped, and killed: then the next has it
            assert as_user.send_signal(jiro, first.pid, signal.SIGKILL)
            communicate(first)
            soon(lambda: subprocess.run(["flock", "-n", hold, "true"]).returncode == 0)
            status, out = communicate(su_at(other, taro, jiro), taro.password, token.next())
            assert status == 0, out
    assert hold.stat().st_mode & 0o7777 == 0o600 and hold.stat().st_uid == 0


def test_in_a_user_namespace_nobody_is_served_without_the_service(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone(), authd.stopped(), product.unchanged(product.STORE, product.AUDIT.parent):
        for wrapper in (("unshare", "-Ur"), (*as_user.ids(stranger()), "unshare", "-Ur")):
            reply = pam.call(taro, [token.next()], wrapper=wrapper)
            assert reply.code == pam.UNAVAILABLE and not reply.prompts, reply
    assert case.log("not in a user namespace: start mfa-authd on the host")


def test_another_configuration_is_read_by_a_process_of_the_programs_own(case):
    taro, token = enroll.person(kind="hotp")
    text = product.config_text().replace("mynumber", "other")
    with product.written(OTHER, text), pamconf.wired("login", "su", arguments=f"conf={OTHER}"):
        let_in(programs.login(taro, [taro.password, token.next()]))
        [line] = once_lines(case)
        assert "result=allowed reason=code-right zone=other service=login" in line, line
        refused(programs.login(taro, [taro.password, token.wrong()]))
        # su is not root through and through: its caller's
        refused(programs.su(taro, [taro.password, token.next()], caller=stranger()), prompts=1)
        assert case.log("service=su .*conf= has no effect in a program that is not root")
    with pamconf.wired("login", arguments=f"conf={OTHER}"):
        refused(programs.login(taro, [taro.password]), prompts=1)
        assert case.log(f"result=unavailable .*{OTHER}")


def spoil():
    os.umask(0)
    os.nice(19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.sched_setaffinity(0, {0})
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    os.environ.update(LD_BIND_NOW="1", TZ="/tmp/x")
    for number in range(10, 60):
        os.dup2(0, number, inheritable=True)


def test_that_process_takes_nothing_over_from_the_program(case):
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("login"), authd.stopped():
        with Terminal(["/bin/login"], before=spoil) as terminal:
            terminal.expect(r"login: \Z")
            terminal.send(taro.name)
            terminal.expect("Password: ")
            terminal.answer(taro.password)
            terminal.expect("One-time code: ")
            [pid] = authd.processes()
            facts = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            assert facts["Uid"].split() == facts["Gid"].split() == ["0"] * 4 and facts["NoNewPrivs"].strip() == "1"
            assert facts["Umask"].strip() == "0077" and int(facts["SigIgn"], 16) == 0
            assert os.sched_getscheduler(pid) == os.SCHED_OTHER and os.getpriority(os.PRIO_PROCESS, pid) <= 0
            assert len(os.sched_getaffinity(pid)) == os.cpu_count()
            assert Path(f"/proc/{pid}/environ").read_bytes() == b"" and os.readlink(f"/proc/{pid}/cwd") == "/"
            session, tty = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[3:5]
            assert (int(session), int(tty)) == (pid, 0)
            targets = [os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")]
            assert all(target == "/dev/null" or target.startswith("socket:") for target in targets), targets
            terminal.answer(token.next())
            terminal.expect(programs.came_in(taro.name))


CHANNEL = """
import os, socket, sys
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
if os.fork() == 0:
    os.dup2(its.fileno(), 0)
    os.execv({program!r}, ["mfa-authd", "--once"])
its.close()
ours.send(b"B")
print(ours.recv(4096)[:1], ours.recv(4096)[:2], flush=True)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_nobody_but_root_can_run_it_alone(case):
    jiro = users.new("jiro")
    with product.unchanged(product.STORE, product.AUDIT.parent):
        done = as_user.run(jiro, ["python3", "-ISc", CHANNEL.format(program=authd.PROGRAM)])
        assert done.stdout.split("\n")[:2] == ["b'H' b'Vu'", "1"], done
        for user in (jiro, ROOT):
            done = as_user.run(user, [authd.PROGRAM, "--once"], stdin=subprocess.DEVNULL)
            assert done.returncode == 2 and "pam_mfa.so runs this" in done.stderr, done
        done = as_user.run(jiro, [authd.PROGRAM, "--listen=/tmp/own.sock"])
        assert done.returncode == 1 and "must be started by root" in done.stderr, done
