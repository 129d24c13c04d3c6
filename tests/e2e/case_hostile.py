# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd, and su that asks it, in the hands of a hostile user."""

import contextlib
import ctypes
import json
import os
import random
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

from e2e import (as_user, audit, authd, authd_client, enroll, pam, pamconf, prepare, product, programs, seat, softkey,
                 users)
from e2e.authd_client import (ALLOWED, DENIED, END, FULL, HELLO, NO_DIALOG, ROOT, TAKEN, UNAVAILABLE, Visit,
                              begin, reply)
from e2e.checks import exits, let_in, refused, soon, stood_for
from e2e.terminal import Terminal, become

USER_MAX, SHARED = 32, 342
CLONE_NEWUSER, CLONE3 = 0x10000000, 435
TICK = 1 / os.sysconf("SC_CLK_TCK")  # in which the kernel counts the start of processes

EVIL = """
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void run(void)
{
	int fd = open("/tmp/evil-ran", O_CREAT | O_WRONLY | O_APPEND, 0666);
	(void)write(fd, "x", 1);
}
void gconv(void) {}
void gconv_init(void) { run(); }
int sodium_init(void) { return 0; }
"""

libc = ctypes.CDLL(None, use_errno=True)


def lets_in(user, token):
    assert authd_client.once(user, token.next()) == ALLOWED


def root_login_takes(user, token):
    """A login in a program of root's, at once; gives its seconds."""
    start = time.monotonic()
    with pam.module_alone():
        assert pam.call(user, [token.next()]).code == pam.SUCCESS
    return time.monotonic() - start


def status(pid, field):
    """A field of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{field}:"))


def flipped(packet, bit):
    return packet[:bit // 8] + bytes([packet[bit // 8] ^ 1 << bit % 8]) + packet[bit // 8 + 1:]


def refusals(user):
    """The trail's lines of wrong codes."""
    return [event for event in audit.events() if event.get("user") == user.name and event.get("reason") == "code-wrong"]


# What it is.


def test_nothing_that_is_installed_is_set_uid_or_set_gid(case):
    done = subprocess.run(["meson", "introspect", "--installed", prepare.REPOSITORY / "build"], capture_output=True,
                          text=True, check=True)
    paths = [Path(path) for path in json.loads(done.stdout).values()]
    assert any(path.name == "mfa-authd" for path in paths)
    for path in paths:
        assert path.exists(), path
        assert path.stat().st_mode & 0o6022 == 0 and path.stat().st_uid == 0, path
    found = subprocess.check_output(["find", "/usr", "/etc", "/var", "/run", "-xdev", "-perm", "/6000", "-type", "f",
                                     "-name", "*mfa*"])
    assert not found, found
    assert b"cap_" not in subprocess.run(["getcap", "-r", "/usr/libexec/pam_mfa"], capture_output=True).stdout


def open_files(pid):
    """But for its standard error, which is where it was started."""
    found = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found += [os.readlink(f"/proc/{pid}/fd/{number}")] if number != "2" else []
    return found


def sockets_of(targets):
    return [target for target in targets if target.startswith("socket:")]


def test_its_processes_are_roots_and_hold_nothing_but_their_sockets(case):
    taro, token = enroll.person(kind="hotp")
    lets_in(taro, token)
    with Visit(taro) as visit:
        visit.ask()
        for pid in authd.processes():
            assert status(pid, "Uid").split() == status(pid, "Gid").split() == ["0"] * 4, pid
            assert status(pid, "NoNewPrivs") == "1" and status(pid, "Umask") == "0077"
            assert os.readlink(f"/proc/{pid}/cwd") == "/"
            core = next(line for line in open(f"/proc/{pid}/limits") if line.startswith("Max core"))
            assert core.split()[4:6] == ["0", "0"], core
        for pid in authd.workers():
            # one to the parent, and perhaps one to syslog; the person who thinks is nobody's, once the worker
            # that has asked has passed the connection on
            targets = soon(lambda: open_files(pid) if len(sockets_of(open_files(pid))) in (1, 2) else [])
            assert set(targets) - set(sockets_of(targets)) <= {"/dev/null", str(product.KEY)}, targets
            assert int(status(pid, "SigBlk"), 16) == 0
        assert visit.answer(token.next()) == ALLOWED


def test_no_user_can_signal_trace_slow_or_look_into_it(case):
    taro, token = enroll.person(kind="hotp")
    calls = ("sched_setaffinity(pid, {0})", "setpriority(os.PRIO_PROCESS, pid, 19)",
             "sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))")
    before = authd.processes()
    with Visit(taro) as visit:
        visit.ask()
        for pid in before:
            for number in (signal.SIGCONT, signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
                assert not as_user.send_signal(taro, pid, number)
            for name in ("mem", "environ", "fd/0", "maps", "cwd", "stack", "syscall"):
                assert as_user.run(taro, ["head", "-c", "1", f"/proc/{pid}/{name}"]).returncode != 0, name
            assert as_user.run(taro, ["strace", "-p", str(pid)]).returncode != 0
            for call in calls:
                slow = ["python3", "-ISc", f"import os, sys; pid = int(sys.argv[1]); os.{call}"]
                for target, may in ((pid, False), (0, True)):
                    done = as_user.run(taro, [*slow, str(target)])
                    assert (done.returncode == 0) == may, done
        assert visit.answer(token.next()) == ALLOWED
    assert authd.processes() == before


def test_what_is_roots_in_its_folder_is_not_a_users_to_change_or_to_lock(case):
    taro, token = enroll.person(kind="hotp")
    folder = str(authd.SOCKET.parent)
    for argv in (["rm", "-f", authd.SOCKET], ["mv", authd.SOCKET, f"{folder}/x"], ["touch", f"{folder}/x"],
                 ["ls", folder], ["flock", "-n", folder, "true"], ["flock", "-n", f"{folder}/once", "true"]):
        assert as_user.run(taro, argv).returncode != 0, argv
    lets_in(taro, token)


def test_who_is_not_root_does_not_listen_in_its_place(case):
    """Even if the folder were open: nothing is told to such a service."""
    taro, token = enroll.person(kind="hotp")
    program = ("import socket, sys, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET);"
               f"s.bind({str(authd.SOCKET)!r}); s.listen(); print('listens', flush=True);"
               "[print(s.accept()[0].recv(4096), flush=True) for _ in range(2)]; time.sleep(30)")
    with authd.stopped(), pam.module_alone():
        authd.SOCKET.unlink(missing_ok=True)
        authd.SOCKET.parent.chmod(0o777)
        with subprocess.Popen(["python3", "-ISc", program], preexec_fn=lambda: become(users.new("jiro")),
                              stdout=subprocess.PIPE, text=True) as impostor:
            assert impostor.stdout.readline() == "listens\n"
            authd.SOCKET.chmod(0o777)
            for wrapper in ((), as_user.ids(taro)):
                reply_ = pam.call(taro, [token.next()], wrapper=wrapper)
                assert reply_.code == pam.UNAVAILABLE and not reply_.prompts, reply_
                assert impostor.stdout.readline() == "b''\n"
            impostor.kill()
        authd.SOCKET.unlink()
        authd.SOCKET.parent.chmod(0o711)
    assert len(case.log("root does not listen there")) == 2


# Its messages.


def bad_beginnings(taro):
    good = begin(taro)
    packets = [
        b"B", b"B\1", b"B\1a", b"B\1a\0", b"R\0\000123456", b"V", b"Va\0\0", b"A?", b"K", b"H\1", b"N", b"X", b"\0",
        b"\xff" * 4096, b"B" + b"\xff" * 4095, b"B" * 4097, b"B" * 60000, good[:-1], good + b"\0", good + good,
        good[:1] + b"\2" + good[2:], good[:1] + b"\0" + good[2:], good[:2] + b"x" + good[3:],
        good[:3] + b"\x10" + good[4:],
        begin(taro, service="x" * 256), begin(taro, rhost="x" * 3000), begin("x" * 256),
    ]
    chance = random.Random(1)
    packets += [chance.randbytes(chance.randrange(1, 300)) for _ in range(60)]
    # one bit wrong in the letter or the version, and flags that there are not
    packets += [flipped(good, bit) for bit in range(16)] + [flipped(good, bit) for bit in range(28, 32)]
    return packets


def test_garbage_instead_of_the_beginning(case):
    taro, token = enroll.person(kind="hotp")
    before = authd.workers()
    with product.unchanged(product.STORE, product.AUDIT.parent):
        for packet in bad_beginnings(taro):
            with Visit(ROOT) as visit:
                visit.send(packet)
                # another version is told so
                is_other_version = packet[:1] == b"B" and 2 <= len(packet) <= 4096 and packet[1] != 1
                wanted = (b"Vu",) if is_other_version else (END,)
                assert visit.receive()[:2] in wanted, packet
        for packet in (b"Q", b"", b"\xff" * 4096):
            with Visit(taro) as visit:
                visit.send(packet)
                assert visit.receive() == END, packet
    assert authd.workers() == before
    assert all("another version" in line for line in case.log("mfa-authd"))
    lets_in(taro, token)


def test_claims_without_sense_let_nobody_in_and_end_nothing(case):
    """Well-formed, and of strange bytes: whatever is asked, a wrong code is refused."""
    taro, token = enroll.person(kind="hotp")
    before = authd.processes()
    chance = random.Random(3)
    strange = ["\1", "\n\r\t", "%s%n%s", "\u202e\u0000"[:1], "x" * 255, "../../etc", "$(id)", "\x1b[2J", "localhost"]
    for _ in range(60):
        names = chance.sample(("service", "tty", "rhost", "display", "peer", "zone", "locale"), 3)
        claims = {name: chance.choice(strange) for name in names}
        with Visit(ROOT) as visit:
            visit.send(begin(taro, **claims, flags=chance.randrange(8)))
            packet = visit.receive()
            while packet[:1] in (b"I", b"E"):
                packet = visit.receive()
            if packet[:1] == b"A":
                visit.send(reply(token.wrong()))
                assert visit.verdict() == DENIED, claims
                assert enroll.run("unlock", taro.name).returncode == 0
            else:
                assert packet[:2] == b"Vu", (claims, packet)
    assert set(authd.processes()) & set(before) >= {authd.pid()}
    for line in case.log("mfa-authd"):
        assert line.isprintable(), line
    audit.check_chain()
    lets_in(taro, token)


BAD_REPLIES = [
    b"B", b"X", b"A?", b"V\0", b"Va\0\0", b"I", b"N", b"Nxx", b"N?", b"H\1", b"Q", b"\0", b"", b"R", b"R\0",
    b"R\0123456",
    b"R\0\x0012\x003456", b"R\4\000123456", b"R\x80\000123456", b"R\2\000123456", b"R\0" + b"u" * 256 + b"\000123456",
    b"R\0\0" + b"1" * 4090, b"R" * 4097, b"R\0\0" + b"1" * 60000,
    *(flipped(b"R\0\000123456", bit) for bit in (*range(8), *range(10, 16))),
]


def test_garbage_instead_of_an_answer(case):
    hanako = users.new("hanako")
    enroll.give(hanako, "hotp")
    for number, packet in enumerate(BAD_REPLIES):
        with Visit(ROOT) as visit:
            visit.ask(hanako)
            visit.send(packet)
            assert visit.verdict() == NO_DIALOG, packet
            with contextlib.suppress(ConnectionError):
                visit.send(reply("123456"))
            assert visit.receive() == END
    assert enroll.tokens(hanako)[0]["failures"] == 0
    authd.restart()
    assert stood_for(case.log("result=no-dialog")) == len(BAD_REPLIES)
    audit.check_chain()


def test_garbage_while_a_touch_is_waited_for(case):
    """Nothing was asked: the key is let go, and nothing has been counted."""
    softkey.fresh()
    taro, key = users.new(), softkey.Key(serial=7400003)
    with product.config(zone={"factors": "yubikey hotp", "yubikey_any_session": "yes", "yubikey_timeout": "15s"}):
        exits(enroll.run("add", taro.name, "yubikey"), 0)
        key.faults("touch-after=never")
        for packet in (reply("000000"), b"\xff" * 4097, b"B", b"", None):
            with Visit(ROOT) as visit:
                visit.ask(taro, service="login", tty="tty1")
                visit.send(reply(""))
                key.await_blinking()
                if packet is None:
                    visit.hang_up()
                else:
                    visit.send(packet)
                    assert visit.verdict() == NO_DIALOG, packet
                soon(lambda: key.show()["waiting"] == key.show()["detached"] == "0")
        key.faults()
        assert authd_client.once(ROOT, "", of=taro, service="login", tty="tty1") == ALLOWED
    assert enroll.facts(taro)["failures"] == 0
    audit.check_chain()


def test_many_answers_to_one_question_are_one(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro) as visit:
        visit.ask()
        with contextlib.suppress(ConnectionError):
            for _ in range(50):
                visit.send(reply("000000"))  # all but the first are for nobody
        assert visit.verdict() == DENIED
    assert enroll.tokens(taro)[0]["failures"] == 1
    # answers before the question, and behind the verdict
    with Visit(taro) as visit:
        for packet in (begin(taro), reply(token.next()), reply(token.next()), b"X", begin(taro)):
            with contextlib.suppress(ConnectionError):
                visit.send(packet)
        assert visit.receive()[:1] == b"A" and visit.receive() == TAKEN and visit.receive()[:2] == b"Va"
        assert visit.receive() == END
    assert authd_client.once(taro, token.last()) == ALLOWED  # the second one was not looked at
    audit.check_chain()


def test_descriptors_that_come_with_a_message_are_not_taken(case):
    taro, token = enroll.person(kind="hotp")

    def descriptors():
        return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in authd.processes()}

    lets_in(taro, token)
    before = descriptors()
    null = os.open("/dev/null", os.O_RDWR)
    with Visit(taro) as visit:
        end = socket.socket(fileno=os.dup(visit.fileno()))
        with end:
            try:
                visit.ask()
                socket.send_fds(end, [reply(token.next())], [null] * 200)
            except PermissionError:  # Linux 6.16 and later
                visit.send(reply(token.last()))
                assert visit.verdict() == ALLOWED
            else:
                assert visit.verdict() == NO_DIALOG
    os.close(null)
    soon(lambda: descriptors() == before)


def test_hanging_up_at_any_moment(case):
    taro, token = enroll.person(kind="hotp")
    with Visit(taro):
        pass
    with Visit(taro) as visit:
        visit.send(begin(taro))
    with Visit(taro) as visit:
        visit.ask()
    with Visit(taro) as visit:
        visit.ask()
        visit.send(reply(token.next()))
    # The code was right, and is used up whether or not anybody heard so; the trail has it.
    soon(lambda: case.log("result=allowed reason=code-right"))
    assert audit.last()["result"] == "allowed"
    assert authd_client.once(taro, token.last()) == DENIED
    with Visit(taro) as visit:
        visit.ask()
        visit.send(reply(token.wrong()))
    soon(lambda: len(refusals(taro)) == 1)
    assert enroll.facts(taro)["failures"] == 1
    lets_in(taro, token)
    audit.check_chain()


# Many.


def test_thousands_of_connections_of_one_user_delay_nobody(case):
    taro, _ = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", kind="hotp")
    program = f"""
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (4000, 4000))
kept, begun = [], {begin(taro)!r}
print("begins", flush=True)
while True:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.setblocking(False)
    try:
        s.connect({str(authd.SOCKET)!r})
        s.send(begun)
        kept.append(s)
    except OSError:
        s.close()
    if len(kept) > 3000:
        kept = kept[1000:]
"""
    with subprocess.Popen(["python3", "-ISc", program], preexec_fn=lambda: (resource.setrlimit(
            resource.RLIMIT_NOFILE, (4000, 4000)), become(taro)), stdout=subprocess.PIPE, text=True) as flood:
        try:
            assert flood.stdout.readline() == "begins\n"
            time.sleep(1)
            for _ in range(4):
                start = time.monotonic()
                lets_in(hanako, other)
                assert root_login_takes(hanako, other) < 2
                assert time.monotonic() - start < 3
                time.sleep(0.5)
        finally:
            flood.kill()
    # it came to a turn now and then, and no more
    assert len(case.log(rf"user={taro.name}\b")) <= 20


def connected(uid):
    """A connection of this user id, which need not be an account's."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(20)
    os.seteuid(uid)
    try:
        connection.connect(str(authd.SOCKET))
    finally:
        os.seteuid(0)
    return connection


def test_the_many_ids_of_one_user_leave_places_for_roots_programs(case):
    """newuidmap(1) gives each user tens of thousands."""
    taro, token = enroll.person(kind="hotp")
    jiro = users.new("jiro")
    kept = []
    seat.leave()  # who is here may have more
    try:
        greetings = {HELLO: 0, FULL: 0}
        for uid in range(200000, 200060):
            for _ in range(10):
                kept.append(connected(uid))
                greetings[kept[-1].recv(100)] += 1
        # a few are others', who have gone before their turn
        assert SHARED // 2 - USER_MAX < greetings[HELLO] <= SHARED // 2, greetings
        for _ in range(3):
            assert root_login_takes(taro, token) < 2
        with pamconf.wired("su"):
            let_in(programs.su(taro, [taro.password, token.next()], caller=jiro))
    finally:
        seat.take()
        for connection in kept:
            connection.close()
    soon(lambda: authd_client.once(taro, token.next()) == ALLOWED)


IDS = 60
FROM_A_NAMESPACE = """
import ctypes, os, socket, sys
libc = ctypes.CDLL(None)
ours, theirs = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    assert libc.unshare(0x10000000) == 0
    os.write(theirs[1], b"x")
    os.read(ours[0], 1)  # until there is a map
    ids = [os.pipe() for _ in range({ids})]
    for uid, (_, end) in enumerate(ids):
        if os.fork() == 0:
            libc.setresuid(uid, uid, uid)
            kept = []
            for _ in range(10):
                kept.append(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
                kept[-1].connect("{socket}")
                kept[-1].settimeout(20)
                os.write(end, kept[-1].recv(100)[:1])
            os.read(0, 1)
            os._exit(0)
    told = b"".join(os.fdopen(end, "rb").read(10) for end, _ in ids)
    print(told.count(b"{hello}"), flush=True)
    os.read(0, 1)
    os._exit(0)
os.read(theirs[0], 1)
open(f"/proc/{{child}}/uid_map", "w").write("0 200000 {ids}")
os.write(ours[1], b"x")
os.waitpid(child, 0)
"""


def test_who_is_here_has_no_more_places_by_other_ids(case):
    seat.take()
    script = FROM_A_NAMESPACE.format(ids=IDS, socket=authd.SOCKET, hello=HELLO[:1].decode())
    held = subprocess.Popen(["python3", "-ISc", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        count = int(held.stdout.readline())
        assert SHARED // 2 - USER_MAX < count <= SHARED // 2, count
    finally:
        held.stdin.close()
        held.wait()


@contextlib.contextmanager
def at_the_question(user, caller, count):
    """So many su to the user by the caller, which stay at the second question."""
    running = []
    try:
        for _ in range(count):
            su = subprocess.Popen(["su", user.name, "-c", "true"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, cwd="/", preexec_fn=lambda: become(caller))
            su.stdin.write(b"x\n")
            su.stdin.flush()
            running.append(su)
        yield running
    finally:
        for su in running:
            su.kill()
            su.communicate()


def asked(su):
    """Whether it has come to the second question; False when it ended before."""
    said = b""
    while b"One-time code" not in said:
        data = os.read(su.stderr.fileno(), 4096)
        if not data:
            return False
        said += data
    return True


def test_one_users_programs_at_the_question_leave_places_for_others(case):
    """su is root's, and its caller may start it as often as the machine bears."""
    taro, token = enroll.person(kind="hotp")
    hanako, other = enroll.person("hanako", kind="hotp")
    jiro, kuro = users.new("jiro"), users.new("kuro")
    with pamconf.wired("su"):
        with at_the_question(taro, jiro, USER_MAX + 20) as running:
            assert sum(asked(su) for su in running) == USER_MAX
            assert case.log(r"pam_mfa\(su:auth\): .*too many logins at once")
            let_in(programs.su(taro, [taro.password, token.next()], caller=kuro))
            let_in(programs.su(hanako, [hanako.password, other.next()], caller=kuro))
            refused(programs.su(taro, [taro.password], caller=jiro), prompts=1)
            assert root_login_takes(hanako, other) < 2
        authd.restart()
        assert stood_for(case.log(rf"result=no-dialog .*user={taro.name}\b")) == USER_MAX
        let_in(programs.su(taro, [taro.password, token.next()], caller=jiro))
    assert enroll.facts(taro)["failures"] == 0


# Who asks.


def test_a_socket_that_a_user_connected_stays_the_users(case):
    """The process that connected is su by now, and so root's: what it was is what counts."""
    taro, token = enroll.person(kind="hotp")
    jiro, own = enroll.person("jiro", kind="hotp")
    reader, writer = os.pipe()

    def become_su():
        os.dup2(reader, 0)
        os.close(writer)
        os.execv("/bin/su", ["su", taro.name])

    try:
        for user, packet, letter in ((taro, {}, UNAVAILABLE), ("root", {}, UNAVAILABLE),
                                     (jiro, {"conf": "/etc/pam_mfa/other.conf"}, UNAVAILABLE)):
            with Visit(jiro, become_program=become_su) as visit:
                soon(lambda: status(visit.pid, "Uid").split()[1:] == ["0"] * 3)
                visit.send(begin(user, service="su", **packet))
                assert visit.verdict() == letter
        with Visit(jiro, become_program=become_su) as visit:
            soon(lambda: status(visit.pid, "Uid").split()[1:] == ["0"] * 3)
            visit.ask(service="su")
            assert visit.answer(own.next()) == ALLOWED
    finally:
        os.close(reader)
        os.close(writer)
    assert not case.log("event=auth ") and len(case.log("event=verify ")) == 4


def run_as_number(pid, function):
    """Runs the function in a process of that very number."""
    number = ctypes.c_int(pid)
    words = (ctypes.c_uint64 * 11)(0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, ctypes.addressof(number), 1, 0)
    helper = os.fork()
    if helper == 0:
        child = libc.syscall(CLONE3, words, 88)
        if child == 0:
            function()
            os._exit(0)
        os._exit(0 if child == pid else 1)
    return os.waitstatus_to_exitcode(os.waitpid(helper, 0)[1])


def test_a_process_that_is_gone_is_at_no_seat_and_another_of_its_number_is_not_it(case):
    softkey.fresh()
    zone = {"factors": "yubikey hotp", "yubikey_any_session": "yes"}
    taro, _ = users.new(), softkey.Key(serial=7400001)
    token = enroll.give(taro, "hotp")
    exits(enroll.run("add", taro.name, "yubikey"), 0)
    with product.config(zone=zone):
        with Visit(ROOT) as visit:
            offered = visit.ask(taro, service="login", tty="tty1")
        for reused in (False, True):
            with Visit(ROOT) as visit:
                number = visit.pid
                # a number does not come round at once; before Linux 6.5 the start tells them apart
                time.sleep(2 * TICK)
                visit.end_process()
                if reused:
                    assert run_as_number(number, lambda: time.sleep(5)) == 0
                assert visit.ask(taro, service="login", tty="tty1") == "One-time code: "
                assert visit.answer(token.next()) == ALLOWED
    assert "YubiKey" in offered, offered


def new_user_namespace():
    """In which the process is root, as `unshare -Ur` makes it."""
    uid, gid = os.getuid(), os.getgid()
    assert libc.unshare(CLONE_NEWUSER) == 0
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    assert os.getuid() == 0


def test_root_of_a_user_namespace_is_the_user_that_made_it(case):
    taro, token = enroll.person(kind="hotp")
    jiro, own = enroll.person("jiro", kind="hotp")
    for name in (taro, "root"):
        with Visit(jiro, prepare=new_user_namespace) as visit:
            visit.send(begin(name))
            assert visit.verdict() == UNAVAILABLE
    with Visit(jiro, prepare=new_user_namespace) as visit:
        visit.send(begin(jiro, conf="/tmp/own.conf"))
        assert visit.verdict() == UNAVAILABLE
    with Visit(jiro, prepare=new_user_namespace) as visit:
        visit.ask()
        assert visit.answer(own.next()) == ALLOWED
    with pam.module_alone():
        ids = (*as_user.ids(jiro), "unshare", "-Ur")
        assert pam.call(taro, [token.next()], wrapper=ids).code == pam.UNAVAILABLE
        # there the service's user is not root but nobody whom it knows
        assert pam.call(jiro, [own.next()], wrapper=ids).code == pam.UNAVAILABLE
    assert len(case.log("root does not listen there")) == 2 and not case.log("mfa-authd.*event=auth ")


def test_a_process_that_the_service_cannot_see_proves_nothing(case):
    """It is of another pid namespace, and has the number 0 for the service."""
    softkey.fresh()
    taro, _ = users.new(), softkey.Key(serial=7400002)
    token = enroll.give(taro, "hotp")
    jiro, own = enroll.person("jiro", kind="hotp")
    exits(enroll.run("add", taro.name, "yubikey"), 0)
    authd.stop()
    authd.start(wrapper=("unshare", "--pid", "--fork", "--kill-child"))
    try:
        with product.config(zone={"factors": "yubikey hotp", "yubikey_any_session": "yes"}):
            with Visit(ROOT) as visit:
                assert visit.ask(taro, service="login", tty="tty1") == "One-time code: "
                assert visit.answer(token.next()) == ALLOWED
            lets_in(jiro, own)
            assert authd_client.refusal(jiro, of=taro) == UNAVAILABLE
            assert authd_client.refusal(jiro, conf="/etc/x") == UNAVAILABLE
            # root's, but nobody knows whether through and through
            assert authd_client.refusal(ROOT, of=taro, conf="/etc/x") == UNAVAILABLE
            with pamconf.wired("su"):
                let_in(programs.su(taro, [taro.password, token.next()], caller=jiro))
    finally:
        authd.stop(signal.SIGKILL)
        authd.start()


# su, and what its caller does to it.


def spoil():
    """All that a caller can hand on."""
    os.umask(0)
    os.nice(19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.sched_setaffinity(0, {0})
    libc.prctl(29, ctypes.c_ulong(60 * 10**9), 0, 0, 0)  # PR_SET_TIMERSLACK
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGHUP})
    for fd in range(10, 60):
        os.dup2(0, fd, inheritable=True)
    for name, value in (("CPU", 2), ("MEMLOCK", 0), ("SIGPENDING", 0), ("FSIZE", 0), ("CORE", 1 << 30)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def su_by(caller, user, answers, prepare=lambda: None, env=None):
    """su through pipes; gives the process, whose answers are in its standard input already."""
    def turn_into_caller():
        become(caller)
        prepare()

    su = subprocess.Popen(["su", user.name, "-c", "true"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, cwd="/", preexec_fn=turn_into_caller,
                          env={"PATH": os.environ["PATH"], **(env or {})})
    with contextlib.suppress(ConnectionError):
        su.stdin.write("".join(f"{answer}\n" for answer in answers).encode())
        su.stdin.close()
    return su


def settled(user):
    """Each guess that is counted has its line; gives how many there were."""
    soon(lambda: enroll.facts(user)["failures"] == len(refusals(user)))
    return len(refusals(user))


def test_all_that_a_caller_hands_on_changes_nothing(case):
    taro, token = enroll.person(kind="hotp")
    jiro = users.new("jiro")
    with pamconf.wired("su"):
        assert su_by(jiro, taro, [taro.password, token.next()], spoil).wait(20) == 0
        assert su_by(jiro, taro, ["x", token.wrong()], spoil).wait(20) != 0
        for closed in ((1,), (2,), (1, 2)):
            su = su_by(jiro, taro, [taro.password, token.wrong()], lambda: [os.close(fd) for fd in closed])
            assert su.wait(20) != 0
        assert settled(taro) == 4
    audit.check_chain()
    lets_in(taro, token)


def test_the_environment_of_a_caller_changes_nothing(case):
    taro, token = enroll.person(kind="hotp")
    jiro = users.new("jiro")
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
    with pamconf.wired("su"):
        argv = ["env", *(f"{name}={value}" for name, value in environment.items() if not name.startswith("LD_")),
                "/bin/su", taro.name, "-c", "/bin/true"]
        with Terminal(argv, user=jiro) as terminal:
            outcome = programs.converse(terminal, taro, [taro.password, token.next()])
            assert terminal.wait() == 0 and outcome.prompts[1] == "One-time code:", outcome
        program = "import os, sys; os.execve('/bin/su', ['su', sys.argv[1], '-c', '/bin/true'], eval(sys.argv[2]))"
        with Terminal(["python3", "-ISc", program, taro.name, repr(environment)], user=jiro) as terminal:
            outcome = programs.converse(terminal, taro, [taro.password, token.next()])
            assert terminal.wait() == 0 and outcome.prompts[1] == "One-time code:", outcome
    assert not Path("/tmp/evil-ran").exists() and sorted(folder.iterdir()) == before
    # That the trap works; a program of the user's own runs what its user likes, and nobody else does.
    with pam.module_alone():
        words = [f"{name}={value}" for name, value in environment.items() if name in ("LD_PRELOAD", "LANG", "TZ")]
        assert pam.call(taro, [token.next()], wrapper=(*as_user.ids(taro), "env", *words)).code == pam.SUCCESS
    assert Path("/tmp/evil-ran").stat().st_uid == taro.uid


def test_a_stopped_caller_keeps_nobody_waiting(case):
    taro, token = enroll.person(kind="hotp")
    jiro = users.new("jiro")
    with pamconf.wired("su"), at_the_question(taro, jiro, 1) as [su]:
        assert asked(su)
        assert as_user.send_signal(jiro, su.pid, signal.SIGSTOP)
        su.stdin.write(token.wrong().encode() + b"\n")
        su.stdin.flush()
        assert root_login_takes(taro, token) < 2
        assert enroll.run("show", taro.name).returncode == 0
        lets_in(taro, token)  # not even the same user
        assert as_user.send_signal(jiro, su.pid, signal.SIGKILL)
    soon(lambda: case.log(rf"result=no-dialog .*user={taro.name}\b"))


def test_a_caller_that_is_stopped_or_killed_behind_its_answer_changes_nothing(case):
    """The service is at work meanwhile, and slowed down."""
    jiro = users.new("jiro")
    slow = ("-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=500000")
    with pamconf.wired("su"):
        for number in (signal.SIGSTOP, signal.SIGKILL):
            taro, token = enroll.person(kind="hotp")
            with authd.traced("/dev/null", *slow), at_the_question(taro, jiro, 1) as [su]:
                assert asked(su)
                su.stdin.write(token.wrong().encode() + b"\n")
                su.stdin.flush()
                time.sleep(0.2)
                assert as_user.send_signal(jiro, su.pid, number)
                soon(lambda: len(refusals(taro)) == 1)
            assert enroll.facts(taro)["failures"] == 1
            assert root_login_takes(taro, token) < 2
    audit.check_chain()


def test_stopped_or_killed_at_any_moment(case):
    """Whatever the moment: what is counted is in the trail, nothing is torn, and the next login is let in at once."""
    chance = random.Random(2)
    slowest = 0
    jiro = users.new("jiro")
    hanako, other = enroll.person("hanako", kind="hotp")
    with pamconf.wired("su"):
        start = time.monotonic()
        su_by(jiro, hanako, ["x", other.wrong()]).wait()
        reach = 1.2 * (time.monotonic() - start)  # what it takes here and now, and a little more
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for _ in range(3):
                taro, token = enroll.person(kind="hotp", digits=8)
                for _ in range(4):
                    su = su_by(jiro, taro, ["x", token.wrong()], spoil if chance.random() < 0.5 else lambda: None)
                    counted = len(case.log("reason=code-wrong"))
                    time.sleep(chance.random() * reach)
                    signal_by(jiro, su.pid, number)
                    slowest = max(slowest, root_login_takes(hanako, other))
                    su.kill()
                    su.wait()
                    if len(case.log("reason=code-wrong")) == counted:
                        reach *= 1.15  # other work has slowed it down
                settled(taro)
                start = time.monotonic()
                with pam.module_alone():
                    assert pam.call(taro, [token.next()]).code == pam.SUCCESS
                slowest = max(slowest, time.monotonic() - start)
    assert slowest < 2, slowest
    assert 3 < len(case.log("reason=code-wrong")), "the moments are all too early"
    audit.check_chain()
    assert enroll.run("rekey", "--dry-run").returncode == 0


def signal_by(user, pid, number):
    """As as_user.send_signal, but at once."""
    child = os.fork()
    if child == 0:
        try:
            os.setuid(user.uid)
            os.kill(pid, number)
        except OSError:
            pass
        os._exit(0)
    os.waitpid(child, 0)
