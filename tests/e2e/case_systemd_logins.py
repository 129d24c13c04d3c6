# SPDX-License-Identifier: BSD-2-Clause
"""Logins through mfa-authd in its sandbox: where they come from, by logind; every kind of code; and
what becomes of it when memory runs out or a file is not as it should be."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from e2e import as_user, enroll, pam, pamconf, product, programs, softkey, ssh, units, users
from e2e.desktop import until

sys.path.append(str(Path(__file__).resolve().parents[1] / "origins"))
from capture_root import Console, start  # noqa: E402

LAYER = "systemd"
SYSTEMD = True
LONG = True

ZONES = """[host]
zone = mynumber
[zone here]
rhosts = local
factors = yubikey totp hotp yubikey-otp
yubikey_any_session = yes
[zone mynumber]
factors = yubikey totp hotp yubikey-otp
"""
DRIVER = Path("/usr/local/lib/su-driver")
# su to hanako on a terminal of its own, with the answers that a file of the user's has.
SU_DRIVER = """#!/usr/bin/python3 -ISB
import json, os, pathlib, pty
answers = json.loads(pathlib.Path("/home/taro/answers").read_text())
pid, fd = pty.fork()
if pid == 0:
    os.execvp("su", ["su", "hanako", "-c", "true"])
said = b""
try:
    while True:
        said += os.read(fd, 1000)
        if said.endswith(b": ") and answers:
            said = b""
            os.write(fd, answers.pop(0).encode() + b"\\n")
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
pathlib.Path("/home/taro/status").write_text(str(status))
"""
_console = None
_people = {}


def person(name):
    """taro and hanako: who they are, and a token that gives codes in a row."""
    if name not in _people:
        user = users.make(name, f"right horse of {name}")
        _people[name] = user, enroll.give(user, "hotp")
    return _people[name]


def console():
    """taro's session at this machine, which began at a virtual terminal with both factors."""
    global _console
    taro, token = person("taro")
    if _console is None:
        DRIVER.write_text(SU_DRIVER)
        DRIVER.chmod(0o755)
        _console = Console()
        log_in(_console, taro, token.next())
    return _console


def log_in(at, user, code):
    Path(f"/dev/{at.name}").write_text("\033c")  # what the last root left there
    start(f"getty@{at.name}")
    for question, answer in (("login: ", user.name), ("Password: ", user.password), ("One-time code.*:", code)):
        at.expect(question)
        at.type(answer)
    at.expect(f"logged in as {user.name}")


@contextmanager
def zones(*services):
    with pamconf.wired(*services), product.written(product.CONFIG, ZONES):
        yield


def one_line(case, pattern):
    """The line of syslog that is waited for: the zone says where the login was taken to come from."""
    return until(lambda: case.log(pattern), pattern)[-1]


def su_through(case, words, code=None):
    """taro types the words, which run su to hanako; gives the service's line."""
    taro, _ = person("taro")
    hanako, token = person("hanako")
    status = taro.home / "status"
    status.unlink(missing_ok=True)
    users.give(taro, "answers", json.dumps([hanako.password, token.next() if code is None else code]))
    lines = len(case.log("service=su"))
    console().send(words)
    line = until(lambda: case.log("event=auth .*service=su")[lines:], words)[0]
    until(lambda: status.exists() and status.read_text() == "0", f"su by {words}")
    assert "result=allowed" in line, line
    return line


def test_a_login_on_a_console_is_local(case):
    with zones("login"):
        console()
        assert "result=allowed reason=code-right zone=here service=login" in one_line(case, "event=auth .*service=login")


def test_su_in_its_session_is_local(case):
    with zones("login", "su"):
        console()
        assert "zone=here" in su_through(case, str(DRIVER))


def test_su_from_the_user_manager_is_not(case):
    with zones("login", "su"):
        console()
        assert "zone=mynumber" in su_through(case, f"systemd-run --user --wait {DRIVER}")


def test_su_from_at_is_not(case):
    with zones("login", "su"):
        console()
        units.systemctl("start", "atd")
        assert "zone=mynumber" in su_through(case, f"echo {DRIVER} | at now")


def test_processes_that_are_hidden_from_users_are_seen(case):
    """hidepid= with a group would hide su from a root without CAP_SYS_PTRACE: the sandbox has a /proc of its own."""
    with zones("login", "su"):
        console()
        subprocess.run(["mount", "-o", "remount,hidepid=invisible,gid=12345", "/proc"], check=True)
        try:
            units.systemctl("restart", units.SERVICE)
            assert "zone=here" in su_through(case, str(DRIVER))
        finally:
            subprocess.run(["mount", "-o", "remount,hidepid=off,gid=0", "/proc"], check=True)


def test_a_login_over_ssh_is_not(case):
    with zones("sshd"), units.sshd():
        taro, token = person("taro")
        assert ssh.login(taro, [taro.password, token.next()]).let_in
        assert "zone=mynumber" in one_line(case, "event=auth .*service=sshd")


def test_a_service_of_the_system_that_opens_sessions_is_not(case):
    """As xrdp's sesman: it names no host, and its session is one of logind's in the end."""
    taro, token = person("taro")
    stack = "auth required pam_unix.so nodelay\nauth required pam_mfa.so\naccount required pam_mfa.so\n" \
            "account required pam_unix.so\nsession required pam_systemd.so\n"
    job = {"service": "xrdp-sesman", "user": "taro", "answers": [taro.password, token.next()],
           "calls": ["authenticate", "acct_mgmt", "setcred", "open_session"], "items": {"tty": "xrdp-sesman"},
           "flags": 0}
    with zones(), pamconf.written("xrdp-sesman", stack):
        done = units.run(["/usr/bin/python3", "-ISB", "-c", pam.CLIENT.read_text()], input=json.dumps(job))
        codes = json.loads(done.stdout)["codes"]
        assert codes["authenticate"] == codes["acct_mgmt"] == codes["open_session"] == pam.SUCCESS, codes
        assert "zone=mynumber" in one_line(case, "event=auth .*service=xrdp-sesman")


def test_a_key_in_the_port_is_asked(case):
    """mfa-usb and libykpers in the sandbox; the USB bus itself is a stand-in."""
    subprocess.run([softkey.INSTALL], check=True)
    hanako, _ = person("hanako")
    key = softkey.Key(serial=7400001)
    assert enroll.run("add", hanako.name, "yubikey", "--no-touch").returncode == 0
    bus = "[Service]\nBindReadOnlyPaths=/run/softkey /run/throwaway-root\n"
    with zones("login", "su"), units.drop_in(bus):
        console()
        assert "kind=yubikey" in su_through(case, str(DRIVER), code="")
    assert key.show()["slot2"].startswith("hmac"), key.show()


def test_what_a_key_types_is_checked(case):
    jiro = users.make("jiro", "right horse of jiro")
    private, aes = "010203040506", "61" * 16
    key = softkey.Key(slot2=f"otp:ff0000000001:{private}:{aes}")
    line = f"7654321,vvcccccccccb,{private},{aes},000000000000,2026-01-01T00:00:00,\n"
    done = enroll.run("add", jiro.name, "yubikey-otp", "--secret-stdin", "csv", "--no-confirm", stdin=line)
    assert done.returncode == 0, done
    with zones("sshd"), units.sshd():
        assert ssh.login(jiro, [jiro.password, key.type(2)]).let_in
    assert "result=allowed" in one_line(case, "event=auth .*kind=yubikey-otp")


def test_a_wrong_mode_is_mended(case):
    taro, token = person("taro")
    files = {product.KEY: (0o640, 0o400), product.record(taro): (0o400, 0o600), product.AUDIT: (0o440, 0o600)}
    with pam.module_alone():
        for path, (wrong, right) in files.items():
            path.chmod(wrong)
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS, path
            assert path.stat().st_mode & 0o777 == right, path
    assert len(re.findall('"event":"mode.mend"', product.AUDIT.read_text())) == len(files)


def test_the_store_key_can_be_replaced(case):
    taro, token = person("taro")
    units.start()
    with pam.module_alone():
        assert enroll.run("rekey", "--yes").returncode == 0
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
        # the file that may be mended is the one that was there when the service started
        product.KEY.chmod(0o640)
        assert pam.call(taro, [token.next()]).code == pam.UNAVAILABLE
        assert case.log(f"run: chmod 0600 {product.KEY}")
        units.systemctl("restart", units.SERVICE)
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    assert product.KEY.stat().st_mode & 0o777 == 0o400


def test_a_new_name_of_the_host_is_in_the_trail(case):
    taro, token = person("taro")
    units.start()
    before = socket.gethostname()
    try:
        socket.sethostname("renamed")
        with pam.module_alone():
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    finally:
        socket.sethostname(before)
    assert '"host":"renamed"' in product.AUDIT.read_text().splitlines()[-1]


@contextmanager
def group_of_little_memory(numbers):
    """The processes are in a control group that gives them no more memory; gives a function that
    counts those that the kernel has killed for it."""
    controllers = Path("/sys/fs/cgroup/cgroup.controllers").read_text().split()
    if "memory" in controllers:
        top, limit, events = Path("/sys/fs/cgroup"), "memory.max", "memory.events"
    else:  # the host has this controller in a hierarchy of the first version
        top, limit, events = Path("/mnt"), "memory.limit_in_bytes", "memory.oom_control"
        subprocess.run(["mount", "-t", "cgroup", "-o", "memory", "memory", top], check=True)
    group = top / f"throwaway-{os.getpid()}-{os.stat('/proc/self/ns/mnt').st_ino}"
    group.mkdir()
    try:
        for number in numbers:
            (group / "cgroup.procs").write_text(str(number))
        (group / limit).write_text("4096")
        yield lambda: int(re.search(r"(?m)^oom_kill (\d+)", (group / events).read_text())[1])
    finally:
        for number in (group / "cgroup.procs").read_text().split():
            (top / "cgroup.procs").write_text(number)
        group.rmdir()
        if top == Path("/mnt"):
            subprocess.run(["umount", top], check=True)


def test_workers_that_are_killed_for_memory_are_replaced(case):
    taro, token = person("taro")
    before = units.start()
    old = units.workers()
    with pam.module_alone(), group_of_little_memory(old) as killed:
        replies = [pam.call(taro, [token.next()]).code for _ in range(8)]
        assert killed() > 0
    assert replies[-1] == pam.SUCCESS, replies
    assert units.pid() == before and len(units.workers()) == 4
    assert case.log("worker \\d+ ended in the middle of a login")
    # systemd leaves it at that
    assert units.systemctl("show", "-p", "OOMPolicy", "--value", units.SERVICE).strip() == "continue"


def test_a_file_of_another_is_refused_for_its_owner(case):
    """Which the service may not even open: it has no capability."""
    taro, token = person("taro")
    with pam.module_alone():
        for path in (product.record(taro), product.KEY):
            os.chown(path, taro.uid, 0)
            try:
                assert pam.call(taro, [token.next()]).code == pam.UNAVAILABLE, path
            finally:
                os.chown(path, 0, 0)
            assert case.log(f"{path}: owned by uid {taro.uid}, must be owned by uid 0"), path
        assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_a_name_service_at_a_local_socket_is_asked(case):
    """systemd's own, which asks process 1 about the users of services with DynamicUser=."""
    with product.kept(Path("/etc/nsswitch.conf")) as switch, pam.module_alone():
        switch.write_text(re.sub(r"(?m)^(passwd|group):.*", r"\1: files systemd", switch.read_text()))
        subprocess.run(["systemd-run", "--quiet", "--unit=kaede", "-p", "DynamicUser=yes", "-p", "User=kaede",
                        "sleep", "600"], check=True)
        entry = until(lambda: subprocess.run(["getent", "passwd", "kaede"], capture_output=True, text=True).stdout,
                      "kaede").split(":")
        kaede = users.User("kaede", "", int(entry[2]), int(entry[3]), Path("/"))
        token = enroll.give(kaede, "hotp")
        # a locker's: root's programs are believed the name where no name service answers
        reply = pam.call(kaede, [token.next()], wrapper=as_user.ids(kaede))
        units.systemctl("stop", "kaede")
    assert reply.code == pam.SUCCESS, reply


def test_logins_go_on_while_it_is_restarted(case):
    """Ten restarts below four people at su, which without the service lets nobody in: nobody is
    refused, or asked twice."""
    people = [enroll.person(kind="hotp") for _ in range(4)]
    jiro = users.new("jiro")
    results = []
    is_over = threading.Event()

    def go_on(user, token):
        while not is_over.is_set():
            results.append(programs.su(user, [user.password, token.next()], caller=jiro))

    with pamconf.wired("su"):
        threads = [threading.Thread(target=go_on, args=one, daemon=True) for one in people]
        for thread in threads:
            thread.start()
        try:
            for _ in range(10):
                enough = len(results) + 4
                until(lambda: len(results) >= enough, "logins")
                units.systemctl("restart", units.SERVICE)
        finally:
            is_over.set()
        for thread in threads:
            thread.join(20)
    assert len(results) >= 40 and all(result.let_in for result in results), results
    assert {len(result.prompts) for result in results} == {2}, results


def test_a_service_that_cannot_start_loses_no_socket(case):
    taro, token = person("taro")
    troubles = ("ReadWritePaths=/not/there", "ExecStart=\nExecStart=/bin/false")
    with pam.module_alone():
        for trouble in troubles:
            with units.drop_in(f"[Service]\n{trouble}\n"):
                reply = pam.call(taro, [token.next()], wrapper=as_user.ids(taro))
                assert reply.code == pam.UNAVAILABLE and not reply.prompts, reply
                assert units.state(units.SOCKET) == "active"
            reply = pam.call(taro, [token.next()], wrapper=as_user.ids(taro))
            assert reply.code == pam.SUCCESS, (trouble, reply)
