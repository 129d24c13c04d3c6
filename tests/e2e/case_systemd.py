# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd where systemd is process 1: its units, their sandbox, and logins through it."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

from e2e import as_user, enroll, names, pam, pamconf, product, programs, ssh, units, users
from e2e.desktop import until

LAYER = "systemd"
SYSTEMD = True

PROBE = Path(__file__).with_name("sandbox_probe.py")
UNIT = Path("/usr/lib/systemd/system/mfa-authd.service")
ARCHITECTURE = Path(__file__).resolve().parents[2] / "docs/architecture.md"
# What the sandbox allows; it refuses the rest of the probe's tries.
ALLOWED = {"syslog", "local sockets", "netlink", "libusb", "write /var/lib/pam_mfa", "write /var/log/pam_mfa",
           "write /run/pam_mfa", "who asks", "root again", "mode"}


def let_in(result):
    assert result.let_in, result


def found():
    """The findings of check about the service, by their names, with their texts."""
    said = json.loads(enroll.run("check", "--json").stdout)
    return {finding["id"]: finding["text"] for finding in said["findings"] if finding["id"].startswith("authd")}


def test_a_login_over_ssh_goes_through_the_service(case):
    taro, token = enroll.person()
    with pamconf.wired("sshd"), units.sshd():
        let_in(ssh.login(taro, [taro.password, token.next()]))
        assert not ssh.login(taro, [taro.password, token.wrong()]).let_in
    lines = case.log("event=auth")
    assert ["allowed" in line for line in lines] == [True, False], lines
    numbers = {int(re.match(r"mfa-authd\[(\d+)\]", line)[1]) for line in lines}
    assert numbers <= set(units.workers()), (numbers, units.workers())


def test_the_workers_are_in_the_sandbox(case):
    units.start()
    for number in (units.pid(), *units.workers()):
        facts = dict(line.split(":", 1) for line in Path(f"/proc/{number}/status").read_text().splitlines())
        capabilities = {name: int(facts[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb", "CapInh")}
        assert not any(capabilities.values()), capabilities
        assert facts["Seccomp"].strip() == "2" and facts["NoNewPrivs"].strip() == "1"
        mounts = [line.split()[4:6] for line in Path(f"/proc/{number}/mountinfo").read_text().splitlines()]
        options = {path: words.split(",")[0] for path, words in mounts}
        assert {options[path] for path in ("/", "/run", "/dev", "/run/systemd/sessions")} == {"ro"}, options
        assert {options[path] for path in ("/var/lib/pam_mfa", "/var/log/pam_mfa", "/run/pam_mfa")} == {"rw"}, options
        # what it must see of who asks: the host's users, processes and network
        for name in ("user", "pid", "net"):
            assert os.readlink(f"/proc/{number}/ns/{name}") == os.readlink(f"/proc/1/ns/{name}"), name


def probed_here():
    done = subprocess.run(["/usr/bin/python3", "-ISB", "-c", PROBE.read_text()], capture_output=True, text=True)
    return json.loads(done.stdout)


def probed_in_sandbox():
    """As another program of the very unit."""
    unit = Path("/run/systemd/system/probe.service")
    text = re.sub(r"(?m)^(Requires|After|Restart|ExecStart)=.*\n", "", UNIT.read_text())
    script = Path("/usr/local/lib/probe.py")
    script.write_text(PROBE.read_text())
    unit.write_text(text.replace("[Service]", f"[Service]\nType=oneshot\nExecStart=/usr/bin/python3 -ISB {script}"))
    units.systemctl("daemon-reload")
    units.systemctl("start", unit.name)
    said = subprocess.run(["journalctl", "-q", "-u", unit.name, "-o", "cat", "-t", "python3"], capture_output=True, text=True)
    return json.loads(said.stdout.splitlines()[-1])


def major_of(kind):
    """None: this kernel has no such devices."""
    found = re.search(rf"(?m)^\s*(\d+) {kind}$", Path("/proc/devices").read_text())
    return found and int(found[1])


@contextmanager
def listening(*paths):
    """Stand-ins for services that are not in the root: udevd, and one that obeys root, as docker does."""
    with ExitStack() as sockets:
        for path in map(Path, paths):
            path.parent.mkdir(exist_ok=True)
            sock = sockets.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            sock.bind(str(path))
            sock.listen()
            sockets.callback(path.unlink)
        yield


def test_the_sandbox_refuses_all_but_what_the_service_does(case):
    users.make("taro", "right horse")
    os.mknod("/dev/probe-screen", 0o600 | stat.S_IFCHR, os.makedev(7, 60))
    devices = {"HID": "hidraw", "USB": "usb_device"}
    for kind in devices.values():
        if major_of(kind):  # a number that no device has
            os.mknod(f"/dev/probe-{kind}", 0o600 | stat.S_IFCHR, os.makedev(major_of(kind), 200))
    with listening("/run/udev/control", "/run/probe.sock"):
        here, there = probed_here(), probed_in_sandbox()
    assert {name for name, text in here.items() if text != "ok"} <= devices.keys(), here
    refused = {name: text for name, text in there.items() if name not in ALLOWED | devices.keys()}
    assert "ok" not in refused.values() and "died" not in refused.values(), refused
    assert {there[name] for name in ALLOWED} == {"ok"}, there
    # who may open such a device finds out that there is none, and others do not
    assert all(there[name] == here[name] != "EPERM" for name in devices), (here, there)


def test_the_exposure_is_what_the_documents_say(case):
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=17",
                           "mfa-authd.service"], capture_output=True, text=True)
    figure = re.search(r"Overall exposure level for mfa-authd.service: (\S+)", done.stdout)[1]
    assert done.returncode == 0, done.stdout
    assert f"level for mfa-authd.service: {figure} " in ARCHITECTURE.read_text(), figure


def descriptors(number):
    return len(os.listdir(f"/proc/{number}/fd"))


def test_a_restart_puts_no_question_twice(case):
    taro, token = enroll.person(kind="hotp")
    before = units.start()
    idle = descriptors(before)
    with pam.module_alone():
        replies = []
        thinking = threading.Thread(target=lambda: replies.append(pam.call(taro, [token.next()], pause=3)))
        thinking.start()
        until(lambda: descriptors(before) > idle, "the question")
        units.systemctl("restart", units.SERVICE)
        assert units.pid() != before
        thinking.join(30)
    [reply] = replies
    assert reply.code == pam.SUCCESS and len(reply.prompts) == 1, reply


def test_it_is_there_again_after_every_kill(case):
    taro, token = enroll.person(kind="hotp")
    with pam.module_alone():
        for _ in range(8):  # more than systemd's own limit of five in ten seconds
            before = units.start()
            os.kill(before, signal.SIGKILL)
            until(lambda: units.pid() not in (0, before), "the next service")
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
    assert units.state(units.SOCKET) == "active"


def test_its_socket_may_be_restarted_again_and_again(case):
    """As check and the manual tell who looks for a way back in, who may be impatient."""
    taro, token = enroll.person(kind="hotp")
    for _ in range(8):  # more than systemd's own limit
        units.systemctl("restart", units.SOCKET)
    with pam.module_alone():
        reply = pam.call(taro, [token.next()], wrapper=as_user.ids(taro))
    assert reply.code == pam.SUCCESS, reply


def test_a_service_that_is_switched_off_is_told_by_check(case):
    taro, token = enroll.person(kind="hotp")
    assert not found()
    units.systemctl("disable", "--now", units.SOCKET, units.SERVICE)
    try:
        assert set(found()) == {"authd-down", "authd-disabled"}
        with pamconf.wired("login"):
            let_in(programs.login(taro, [taro.password, token.next()]))
    finally:
        units.systemctl("enable", "--now", units.SOCKET)
    assert not found()


def test_a_service_that_cannot_start_is_told_by_check(case):
    """Another restart of its socket would be no help."""
    for trouble in ("ReadWritePaths=/not/there", "ExecStart=\nExecStart=/bin/false"):
        with units.drop_in(f"[Service]\n{trouble}\n"):
            text = found()["authd-down"]
            assert "journalctl -u mfa-authd" in text and "every folder in it must exist" in text, text
    units.start()
    assert not found()


def test_it_may_be_started_before_init(case):
    """Its folders are there then, so that what init puts into them is written to without a restart."""
    kept = {path: path.with_name(f"kept-{path.name}") for path in (product.STORE, product.AUDIT.parent, product.KEY)}
    units.systemctl("stop", units.SERVICE)
    for path, other in kept.items():
        path.rename(other)
    try:
        with pam.module_alone():
            before = units.start()
            assert pam.call("taro", ["123456"]).code == pam.UNAVAILABLE
            enroll.init()
            taro, token = enroll.person(kind="hotp")
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
            assert units.pid() == before
    finally:
        units.systemctl("stop", units.SERVICE)
        for path, other in kept.items():
            subprocess.run(["rm", "-rf", path], check=True)
            other.rename(path)
        units.start()


def follow(text, between=lambda: None):
    """Does what a finding of check says: writes the drop-in, if there is one, and runs the rest."""
    words, _, drop_in = text.partition("\n")
    if drop_in:
        path = Path(re.search(r"these lines into (/etc/systemd/\S+\.conf),", words)[1])
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{drop_in}\n")
    between()
    commands = re.search(r"(?:Run|then run): ([^,:]+)", words)[1]
    subprocess.run(["sh", "-euc", commands], check=True)


@contextmanager
def no_drop_ins():
    """What the block adds to the unit is gone after it."""
    try:
        yield
    finally:
        shutil.rmtree(units.DROP_INS, ignore_errors=True)
        units.systemctl("daemon-reload")
        units.systemctl("restart", units.SERVICE)


def attempt(case, user, token, wrapper=()):
    """A login through the module alone: PAM's code, and the line that the service wrote."""
    lines = len(case.log("pam_mfa"))
    code = pam.call(user, [token.next()], wrapper=wrapper).code
    return code, case.log("pam_mfa")[lines:][-1]


def the_old_sandbox_is_told_of():
    """The drop-in is written, and the service runs as it was."""
    text = found()["authd-trouble"]
    assert "old sandbox" in text and text.endswith("Run: systemctl daemon-reload; systemctl restart mfa-authd"), text


def test_other_paths_work_with_the_drop_in_that_check_prints(case):
    Path("/root/mfa").mkdir(mode=0o700)
    elsewhere = {
        "read-only": {"store": "file:/srv/my mfa", "audit": "/srv/log/audit.jsonl"},
        "not there": {"store": "file:/root/mfa/store", "audit": "/root/mfa/log/audit.jsonl", "key": "file:/root/mfa/key"},
    }
    for name, host in elsewhere.items():
        with product.config(host=host), no_drop_ins(), pam.module_alone():
            enroll.init()
            taro, token = enroll.person(kind="hotp")
            code, line = attempt(case, taro, token)
            assert code == pam.UNAVAILABLE and (name == "not there" or "Read-only file system" in line), line
            text = found()["authd-paths"]
            assert host["store"].removeprefix("file:") in text and str(Path(host["audit"]).parent) in text, text
            follow(text, between=the_old_sandbox_is_told_of)
            assert not found()
            assert pam.call(taro, [token.next()]).code == pam.SUCCESS
            assert Path(host["audit"]).read_text().count('"code-right"') == 1


def test_the_drop_in_that_is_printed_is_the_whole_file(case):
    """Paths that come one after the other, with what means something to systemd."""
    store = "file:/root/my mfa: 100%n/a \\"
    Path("/root/my mfa: 100%n").mkdir(mode=0o700)
    long = f"/srv/{'x' * 110}/{'y' * 110}"
    Path(long).parent.mkdir()
    with no_drop_ins(), pam.module_alone():
        for host in ({"store": store}, {"store": store, "audit": f"{long}/audit.jsonl"}):
            with product.config(host=host):
                enroll.init()
                taro, token = enroll.person(kind="hotp")
                text = found()["authd-paths"]
                assert "BindPaths" in text and (long in text) == ("audit" in host), text
                follow(text)
                assert not found(), found()
                assert pam.call(taro, [token.next()]).code == pam.SUCCESS


def test_a_folder_of_others_is_not_opened_for_it(case):
    for host in ({"audit": "/etc/x.jsonl"}, {"audit": "/x.jsonl"}, {"audit": "/var/log/x.jsonl"}, {"key": "file:/root/x.key"}):
        with product.config(host=host):
            texts = found()
            assert "authd-paths" not in texts, texts
            assert "Name a folder that only pam_mfa uses" in texts["authd-folder"], texts


def test_a_name_service_with_sockets_works_with_the_drop_in_that_check_names(case):
    with names.folding(), names.networked(), no_drop_ins(), pam.module_alone():
        names.UNLISTED.write_text("kaede:x:70001:100::/:/bin/sh\n")
        kaede = users.User("kaede", "", 70001, 100, Path("/"))
        token = enroll.give(kaede, "hotp")
        # a locker's, since where the name service is silent root's programs are believed the name
        wrapper = as_user.ids(kaede)
        code, line = attempt(case, kaede, token, wrapper)
        assert code != pam.SUCCESS, line
        text = found()["authd-names"]
        assert text.startswith("fold: "), text
        follow(text)
        assert not found()
        code, line = attempt(case, kaede, token, wrapper)
        assert code == pam.SUCCESS, line


def console_holes():
    """What check tells of services that open a console: (id, file, line)."""
    said = json.loads(enroll.run("check", "--service", "login", "--json").stdout)
    return [(one["id"], one["file"], one["line"]) for one in said["findings"] if one["level"] == "hole"]


@contextmanager
def written_units(**texts):
    """Units by their names, without their ".service", for the block; systemd has read them."""
    paths = {Path(f"/etc/systemd/system/{name}.service"): text for name, text in texts.items()}
    try:
        for path, text in paths.items():
            path.write_text(text)
        subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=60)
        yield [str(path) for path in paths]
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
        subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=60)


def test_commands_of_a_unit_that_have_its_terminal(case):
    keys = ("ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecStop", "ExecStopPost")
    out, (master, slave) = Path("/run/terminal-of"), os.openpty()
    text = "[Service]\nType=oneshot\nRemainAfterExit=yes\nStandardInput=tty-force\n" \
           f"TTYPath={os.ttyname(slave)}\nStandardOutput=append:{out}\n"
    lines = [f"{key}=/bin/bash -c 'test -t 0 && echo {key} || true'\n" for key in keys]
    wants = "[Unit]\nOnSuccess=kiosk.service\n[Service]\nExecStart=/bin/true\n"
    with written_units(kiosk=text + "".join(lines), first=wants) as (path, _):
        for word in ("start", "stop"):
            subprocess.run(["systemctl", word, "kiosk"], check=True, timeout=60)
        have = set(out.read_text().split())
        assert have == {"ExecCondition", "ExecStartPre", "ExecStart", "ExecStopPost"}, have
        first = text.count("\n") + 1
        assert console_holes() == [("unit-shell", path, first + keys.index(key)) for key in keys if key in have]
    for end in (master, slave):
        os.close(end)
    out.unlink()


def test_systemd_reads_a_file_of_variables_as_check_does(case):
    variables, out = Path("/etc/default/console"), Path("/run/variables")
    there = ('A="-J" \\\n --autologin taro', "[x]\nA='--autologin taro'", "A=x\nA = --autologin taro  ",
             'A="--auto\\\nlogin taro"', 'A="--autolog""in taro"', "\ufeffA=x\nA=--autologin\\ taro")
    gone = ("A=--autologin taro\nA=", "#A=--autologin taro", "A=x # \n--autologin taro", "B=\nA='--x\nA=--autologin taro'",
            "export A=--autologin taro", 'A="--autologin"# taro')
    text = "[Service]\nType=oneshot\nEnvironmentFile=/etc/default/console\n"
    with written_units(shown=f"{text}StandardOutput=truncate:{out}\nExecStart=/bin/echo $A\n",
                       console=f"{text}ExecStart=-/sbin/agetty $A - vt220\n") as (_, path):
        for value in there + gone:
            variables.write_text(value + "\n")
            subprocess.run(["systemctl", "start", "shown"], check=True, timeout=60)
            words = out.read_text().split()
            assert ("--autologin" in words) == (value in there), (value, words)
            assert console_holes() == ([("getty-autologin", path, 4)] if value in there else []), value
    variables.unlink()
    out.unlink()


def test_systemd_joins_lines_of_units_as_check_does(case):
    drop_in = Path("/etc/systemd/system/getty@tty1.service.d/lines.conf")
    begin = "[Service]\nExecStart=\n"
    start = "ExecStart=-/sbin/agetty --autologin taro --noclear - $TERM\n"
    ways = {"ExecStart=-/sbin/agetty \\\n# note\n; note\n  --autologin taro --noclear - $TERM\n": 6,
            "; note \\\n" + start: 4, "  # note \\\n" + start: 4, "Environment=A=x\\\\\n" + start: 4,
            "ExecStart=-/sbin/agetty \\\r\n --autologin taro - $TERM\r\n": 4, "# note\r" + start: 4}
    ways = {begin + text: line for text, line in ways.items()} | {"\ufeff" + begin + start: 3}
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    try:
        for text, line in ways.items():
            drop_in.write_text(text)
            subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=60)
            shown = subprocess.run(["systemctl", "show", "-p", "ExecStart", "getty@tty1.service"],
                                   stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
            assert "--autologin taro" in shown, (text, shown)
            assert console_holes() == [("getty-autologin", str(drop_in), line)], text
    finally:
        drop_in.unlink()
        subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=60)
