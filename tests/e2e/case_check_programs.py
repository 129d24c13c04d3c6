# SPDX-License-Identifier: BSD-2-Clause
"""What the table of check says of programs' own switches, beside the real programs: a switch
that it calls a way around lets in, and one that it does not mention does not."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from e2e import enroll, pamconf, prepare, product, programs, ssh, users
from e2e.checks import let_in, soon
from e2e.terminal import Terminal, become

LAYER = "switches"
ACCOUNT = "account required pam_unix.so\n"
PASSWORD = "auth required pam_unix.so nodelay\n" + ACCOUNT + "session required pam_unix.so\n"


def findings(service):
    """Holes, warnings and notes that check tells of one service: (level, id, file, line)."""
    done = enroll.run("check", "--service", service, "--json")
    said = json.loads(done.stdout)
    assert said["proved"] == (done.returncode == 0), done
    return [(entry["level"], entry["id"], entry["file"], entry["line"]) for entry in said["findings"]]


def holes(service):
    return [entry[1:] for entry in findings(service) if entry[0] == "hole"]


def lockouts(service):
    """The ids of what keeps everybody out."""
    return [entry[1] for entry in findings(service) if entry[0] == "locked-out"]


@contextmanager
def file(path, text, mode=0o644):
    """As product.written, with the folders that the file is in."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with product.written(path, text):
        Path(path).chmod(mode)
        yield str(path)


def run(argv, user=None, stdin="", seconds=20, **environment):
    """A program's output, as the user or as root."""
    done = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=seconds, env={**os.environ, **environment}, start_new_session=True,
                          preexec_fn=(lambda: become(user)) if user else None)
    return done.stdout


def calls(path):
    """The functions of libpam that a program or library of Debian's is linked to."""
    listed = run(["objdump", "-T", path])
    return set(re.findall(r"\b(pam_\w+)$", listed, re.M))


FAR = ",".join(f"u{number:05}" for number in range(200))
SUDO = ["sudo", "-S", "-k", "id", "-un"]


def test_sudo_asks_the_service_that_sudoers_names(case):
    taro, _ = enroll.person()
    with pamconf.wired("sudo"), pamconf.written("backup", PASSWORD):
        assert not holes("sudo")
        assert "root\n" not in run(SUDO, taro, f"{taro.password}\n")  # no code
        with file("/etc/sudoers.d/site", "Defaults pam_service=backup\n", 0o440) as path:
            assert holes("sudo") == [("service-chosen", path, 1)]
            assert "root\n" in run(SUDO, taro, f"{taro.password}\n")


def test_sudo_asks_nobody_where_sudoers_says_so(case):
    taro, _ = enroll.person()
    ways = {f"{taro.name} ALL = (ALL) PASSWD: /bin/true, \\\n\tNOPASSWD : ALL\n": ("sudo-nopasswd", 2),
            f"{taro.name} ALL = (ALL) \\ \t\n NOPASSWD: ALL\n": ("sudo-nopasswd", 2),
            f"{taro.name} ALL = (ALL) \\\r\n NOPASSWD: ALL\n": ("sudo-nopasswd", 2),
            f"Defaults:{taro.name} !authenticate\n": ("sudo-no-authenticate", 1),
            f"Defaults:{FAR},{taro.name} !authenticate\nDefaults:{FAR},root authenticate\n":
                ("sudo-no-authenticate", 1),
            "Defaults! /usr/bin/id !authenticate\n": ("sudo-no-authenticate", 1),
            f"Defaults !\nDefaults: {taro.name} !authenticate\n": ("sudo-no-authenticate", 2),
            "Defaults exempt_group=users\n": ("sudo-exempt-group", 1)}
    run(["usermod", "-aG", "users", taro.name])
    with pamconf.wired("sudo"):
        for text, (name, line) in ways.items():
            with file("/etc/sudoers.d/site", text, 0o440) as path:
                assert holes("sudo") == [(name, path, line)], text
                assert run(["sudo", "-k", "-n", "id", "-un"], taro).endswith("root\n"), text


def test_sudo_takes_nothing_back_by_lines_that_it_refuses(case):
    taro, _ = enroll.person()
    refused = ("Defaults authenticate=yes\n", "Defaults authenticate, lecture=\n")
    alias = f"User_Alias OPS = {taro.name}\nOPS ALL=(ALL) NOPASSWD: ALL\nUser_Alias OPS = root\n"
    plugins = "Plugin sudoers_policy sudoers.so sudoers_file=%s\nPlugin sudoers_policy sudoers.so\n"
    with pamconf.wired("sudo"), file("/etc/sudoers.d/site", "Defaults !authenticate\n", 0o440) as site:
        for text in refused:
            with file("/etc/sudoers.d/then", text, 0o440):
                assert_asks_nobody(taro, ("sudo-no-authenticate", site, 1))
        with file("/etc/sudoers.d/then", "Defaults authenticate\n", 0o666):
            assert_asks_nobody(taro, ("sudo-no-authenticate", site, 1))
        with file("/etc/sudoers.d/then", "Defaults authenticate\n", 0o440):
            assert not holes("sudo")
            with file("/etc/sudoers.d/then2", alias, 0o440) as path:
                assert_asks_nobody(taro, ("sudo-nopasswd", path, 2))
            with file("/etc/sudoers.other", alias, 0o440) as path, file("/etc/sudo.conf", plugins % path):
                assert_asks_nobody(taro, ("sudo-nopasswd", path, 2))


def assert_asks_nobody(user, hole):
    assert holes("sudo") == [hole]
    assert run(["sudo", "-k", "-n", "id", "-un"], user).endswith("root\n")


def test_sudo_reads_what_check_does_not_read_to_its_end(case):
    taro, _ = enroll.person()
    rule = f"{taro.name} ALL=(ALL) NOPASSWD: ALL\n"
    with pamconf.wired("sudo"):
        for text in ("# a\0b\n" + rule, f"# {'-' * 60}\n" * 70000 + rule):
            with file("/etc/sudoers.d/site", text, 0o440) as path:
                assert ("file-unread", path, None) in holes("sudo")
                assert run(["sudo", "-k", "-n", "id", "-un"], taro) == "root\n"


def test_sudo_joins_lines_of_its_own_configuration(case):
    taro, _ = enroll.person()
    rules = f"Defaults env_reset\n{taro.name} ALL=(ALL) NOPASSWD: ALL\n"
    plugin = "Plugin sudoers_policy sudoers.so sudoers_fi\\\n  le=/etc/sudoers.other # \\\nPlugin sudoers_io sudoers.so\n"
    with pamconf.wired("sudo"), file("/etc/sudoers.other", rules, 0o440) as path:
        with file("/etc/sudo.conf", "  # note \\\n" + plugin):
            assert holes("sudo") == [("sudo-nopasswd", path, 2)]
            assert run(["sudo", "-k", "-n", "id", "-un"], taro) == "root\n"


def test_words_of_sudoers_that_are_no_holes(case):
    taro, _ = enroll.person()
    text = ('Defaults badpass_message="NOPASSWD: !authenticate, no"\nDefaults !authenticate\n'
            f"{taro.name} ALL=(ALL) ALL # NOPASSWD: ALL\nUser_Alias ADMINS = root, \\#0\n"
            "ADMINS ALL=(ALL) NOPASSWD: ALL\nDefaults:ADMINS !authenticate\nDefaults authenticate\n")
    with pamconf.wired("sudo"), file("/etc/sudoers.d/site", text, 0o440):
        assert "parsed OK" in run(["visudo", "-c"])
        assert not holes("sudo")
        assert "root\n" not in run(["sudo", "-k", "-n", "id", "-un"], taro)


def test_a_ticket_of_sudo_for_all_sessions(case):
    taro, token = enroll.person(kind="hotp")
    with pamconf.wired("sudo"):
        with file("/etc/sudoers.d/site", "Defaults timestamp_timeout=60\nDefaults timestamp_type=global\n",
                  0o440) as path:
            assert holes("sudo") == [("sudo-timestamp-global", path, 2)]
            let_in(programs.sudo(taro, [taro.password, token.next()]))
            assert run(["sudo", "-n", "id", "-un"], taro) == "root\n"
        assert run(["sudo", "-n", "id", "-un"], taro) != "root\n"


def test_doas_asks_nobody_with_nopass(case):
    taro, _ = enroll.person()
    with pamconf.wired("doas"):
        with file("/etc/doas.conf", f"# who\npermit nopass setenv {{ A=nopass }} {taro.name} # now\n") as path:
            assert holes("doas") == [("doas-nopass", path, 2)]
            assert run(["doas", "id", "-un"], taro) == "root\n"
        for before in ("  # note \\\n", f"permit {taro.name} # note \\\n",
                       f"permit {taro.name} as nobody cmd x\\\\\n"):
            with file("/etc/doas.conf", f"{before}permit nopass {taro.name}\n") as path:
                assert holes("doas") == [("doas-nopass", path, 2)], before
                assert run(["doas", "-n", "id", "-un"], taro) == "root\n", before
        with file("/etc/doas.conf", f"permit nopass \\\n {taro.name}\n") as path:
            assert holes("doas") == [("doas-nopass", path, 2)]
            assert run(["doas", "-n", "id", "-un"], taro) == "root\n"
        with file("/etc/doas.conf", f"# a\0b\npermit nopass {taro.name}\n") as path:
            assert holes("doas") == [("file-unread", path, None)]
            assert run(["doas", "-n", "id", "-un"], taro) == "root\n"
        with file("/etc/doas.conf", f"permit nopass {taro.name}\npermit {taro.name}\n"):
            assert not holes("doas")
            assert run(["doas", "-n", "id", "-un"], taro) != "root\n"


def test_lightdm_reads_the_folders_of_the_table(case):
    for folder in ("/etc/xdg/lightdm", "/usr/local/share/lightdm", "/usr/share/lightdm", "/etc/lightdm"):
        text = "[Seat:*]\nautologin-user=taro\nAutologin-User=\npam-autologin-service=kiosk\n"
        with file(f"{folder}/lightdm.conf.d/99-x.conf", text) as path:
            assert ("autologin", path, 2) in holes("lightdm"), folder
            shown = run(["lightdm", "--show-config"])
            assert "autologin-user=taro" in shown and "pam-autologin-service=kiosk" in shown, folder


def test_programs_call_of_pam_what_the_table_says(case):
    """nodm and the programs that run later never ask who somebody is; all of them ask for the account, but nodm, lxdm
    and SLiM ignore the answer."""
    for path in ("/usr/sbin/nodm", "/usr/sbin/atd", "/usr/sbin/cron"):
        assert "pam_authenticate" not in calls(path) and "pam_acct_mgmt" in calls(path), path
    for path in ("/usr/bin/slim", "/usr/sbin/greetd", "/usr/lib/lxdm/lxdm-session", "/usr/lib/cockpit/cockpit-session",
                 "/usr/lib/x86_64-linux-gnu/sddm/sddm-helper", "/usr/bin/doas"):
        assert {"pam_authenticate", "pam_acct_mgmt"} <= calls(path), path


def names_its_service():
    """Whether sshd is of OpenSSH 9.8 or later: PAMServiceName names the service of PAM, and the program's name does not."""
    done = subprocess.run(["/usr/sbin/sshd", "-T"], capture_output=True, text=True)
    assert done.returncode == 0 and "usepam " in done.stdout, done
    return "\npamservicename " in done.stdout


def test_sshd_under_another_name_and_with_another_configuration(case):
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    other = Path("/usr/sbin/sshd-maint")
    other.write_bytes(Path("/usr/sbin/sshd").read_bytes())
    other.chmod(0o755)
    try:
        with pamconf.wired("sshd"), pamconf.written("other", PASSWORD), ssh.Server(program=str(other)):
            is_open = not names_its_service()
            assert {name for name, *_ in holes("sshd")} == ({"service-chosen", "sshd-publickey"} if is_open else set())
            assert ssh.login(taro, [], "publickey", key).let_in == is_open
    finally:
        other.unlink()
    if names_its_service():
        with pamconf.wired("sshd"), pamconf.written("maint", PASSWORD), ssh.Server("PAMServiceName maint\n"):
            assert {name for name, *_ in holes("sshd")} == {"service-chosen", "sshd-publickey"}
            let_in(ssh.login(taro, [], "publickey", key), 0)
    with pamconf.wired("sshd"):
        with ssh.Server():
            assert not holes("sshd")
        with ssh.Server("UsePAM no\nAuthorizedKeysFile .ssh/authorized_keys\n") as server:
            assert [name for name, *_ in holes("sshd")] == ["sshd-no-pam"], server.log()
            let_in(ssh.login(taro, [], "publickey", key), 0)


def test_a_block_of_sshd_whose_example_an_earlier_block_takes(case):
    """sshd is asked about one login of a block, and others of it are let in by a key alone."""
    taro, _ = enroll.person()
    hanako, _ = enroll.person("hanako")
    key = ssh.authorize(hanako)
    name = hanako.name
    both, alone = "AuthenticationMethods publickey,keyboard-interactive\n", "AuthenticationMethods publickey\n"
    with pamconf.written("sshd", PASSWORD), product.config(zone={"gate": "lightdm"}), \
            file("/etc/ssh/sshd_config", f"UsePAM yes\n{both}"):
        for before, block in ((f"User {taro.name}", f"User {taro.name},{name}"), ("User nobody", "Address 127.0.0.0/8"),
                              (f"User {name[:-1]}", f"User {name[:-1]}*")):
            with ssh.Server(f"{both}Match {before}\n{both}Match {block}\n{alone}Match all\n"):
                assert [hole for hole, *_ in holes("sshd")] == ["sshd-methods"], block
                let_in(ssh.login(hanako, [], "publickey", key), 0)


def test_two_blocks_of_sshd_open_what_neither_does(case):
    """sshd itself refuses "any" behind a list of methods."""
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    text = "UsePAM yes\nPubkeyAuthentication no\n"
    blocks = ("Match Address 127.0.0.0/8\nAuthenticationMethods any\n",
              f"Match User {taro.name}\nPubkeyAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive\n")
    with pamconf.written("sshd", PASSWORD), product.config(zone={"gate": "lightdm"}):
        for part in blocks + ("".join(blocks),):
            is_open = part not in blocks
            with file("/etc/ssh/blocks", part), file("/etc/ssh/sshd_config", text), ssh.Server(f"{text}Include blocks\n"):
                assert [hole for hole, *_ in holes("sshd")] == ["sshd-publickey"] * is_open, part
                assert ssh.login(taro, [], "publickey", key).let_in == is_open, part


def test_sshd_asks_for_the_service_that_its_unit_names(case):
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    unit = "[Service]\nExecStart=@/usr/sbin/sshd /usr/sbin/sshd-maint -D\n"
    with pamconf.wired("sshd"), pamconf.written("other", PASSWORD):
        is_open = not names_its_service()
        with file("/etc/systemd/system/maint.service", unit) as path:
            assert (("service-chosen", path, 2) in holes("sshd")) == is_open
        with ssh.Server(name="/usr/sbin/sshd-maint"):
            assert {name for name, *_ in holes("sshd")} == ({"service-chosen", "sshd-publickey"} if is_open else set())
            assert ssh.login(taro, [], "publickey", key).let_in == is_open


@contextmanager
def process_of(user, title):
    """A process of the user's that says of itself what it likes."""
    with subprocess.Popen([title, "60"], executable="/bin/sleep", preexec_fn=lambda: become(user)) as process:
        try:
            soon(lambda: Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith(title.encode()))
            yield process.pid
        finally:
            process.kill()


def test_root_runs_no_program_that_a_user_names(case):
    """Titles of processes are what their users like, and a unit may name a user's program."""
    jiro = users.new("jiro")
    proof = Path("/tmp/jiros-proof")
    program = Path(f"/home/{jiro.name}/sshd")
    program.write_text(f"#!/bin/sh\nid >{proof}\n")
    program.chmod(0o755)
    pipe = Path(f"/home/{jiro.name}/pipe")
    os.mkfifo(pipe)
    unit = f"[Service]\nUser={jiro.name}\nExecStart={program} -D -o Port=2022\n"
    with pamconf.wired("sshd"), file("/etc/systemd/system/own.service", unit), \
            process_of(jiro, f"sshd: {program} -D -oPort=2022 [listener] 0 of 10-100 startups"), \
            process_of(jiro, f"sshd: /usr/sbin/sshd -f {pipe} [listener] 0 of 10-100 startups"), \
            process_of(jiro, "sshd: /usr/sbin/sshdX -o UsePAM=no [listener] 0 of 10-100 startups"):
        begun = time.monotonic()
        assert not [hole for hole in holes("sshd") if hole[0] != "service-chosen"]
        assert time.monotonic() - begun < 9
        assert not proof.exists()


def test_what_users_have_open_and_in_memory_is_left_alone(case):
    """Their file systems may never answer, and their memory neither."""
    jiro = users.new("jiro")
    trace = Path("/tmp/trace")
    with pamconf.wired("login"), process_of(jiro, "sshd: /usr/sbin/sshd [listener] 0 of 10-100 startups") as pid, \
            listener(jiro, f"/home/{jiro.name}/any", 2210):
        run(["strace", "-f", "-o", trace, "-e", "trace=file", "mfa-enroll", "check"])
        calls_of = [line for line in trace.read_text().splitlines() if f"/proc/{pid}/" in line]
    assert any("status" in line for line in calls_of), "it was not seen"
    reads = [line for line in calls_of if "readlink" not in line and
             not re.search(rf'"/proc/{pid}/(status|fd)"', line)]
    assert not reads, reads
    trace.unlink()


def test_a_program_with_a_capability_to_become_root_is_named(case):
    taro = users.new()
    tool = Path("/usr/local/bin/tool")
    shutil.copy(os.path.realpath("/usr/bin/python3"), tool)
    try:
        for number, is_roots in ((7, True), (13, False)):  # setuid, net_raw
            os.setxattr(tool, "security.capability", struct.pack("<5I", 0x2000001, 1 << number, 0, 0, 0))
            said = json.loads(enroll.run("check", "--json").stdout)
            assert (str(tool) in said["unknown"]) == is_roots, said["unknown"]
            became = run([tool, "-Sc", "import os; os.setuid(0); print(os.getuid())"], taro)
            assert (became == "0\n") == is_roots, became
    finally:
        tool.unlink()


LISTEN = "import socket, time; s = socket.create_server(('0.0.0.0', {port})); print(1, flush=True); time.sleep(60)"


@contextmanager
def listener(user, path, port):
    """A program that listens on the network; it has the name that its user likes."""
    shutil.copy(os.path.realpath("/usr/bin/python3"), path)
    argv = [path, "-ISc", LISTEN.format(port=port)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, preexec_fn=lambda: become(user)) as process:
        try:
            assert process.stdout.readline() == b"1\n"
            yield
        finally:
            process.kill()


def test_a_users_listener_is_known_by_no_name(case):
    jiro = users.new("jiro")
    for port, name in enumerate(("sshd", "sshd-own", "postgres"), 2200):
        path = f"/home/{jiro.name}/{name}"
        with pamconf.wired("login"), listener(jiro, path, port):
            said = json.loads(enroll.run("check", "--json").stdout)
            assert f"{path} at port {port}" in said["unknown"], (name, said["unknown"])


def test_settings_of_sshd_by_which_nobody_gets_in(case):
    """Each with a login by the method that it offers; and what check says to write lets in."""
    taro, token = enroll.person(kind="hotp")
    key = ssh.authorize(taro)
    both = "publickey,keyboard-interactive"
    password = "PasswordAuthentication yes\n"
    block = f"Match User {taro.name}\n"
    end = "Match all\n"
    with pamconf.wired("sshd"), file("/etc/ssh/sshd_config", "UsePAM yes\n"):
        for text, methods, found in (
                ("AuthenticationMethods publickey\n", "publickey", "sshd-methods-closed"),
                (f"{password}AuthenticationMethods publickey,password password\n", "publickey,password",
                 "sshd-methods-closed"),
                (f"{block}AuthenticationMethods publickey\n{end}", "publickey", "sshd-methods-closed"),
                (f"{password}KbdInteractiveAuthentication no\n", "password", "sshd-no-questions"),
                (f"{block}KbdInteractiveAuthentication no\n{password}{end}", "password", "sshd-no-questions")):
            with ssh.Server(text) as server:
                assert set(lockouts("sshd")) == {found}, (text, server.log())
                answers = [taro.password + token.next()] * 3 if "password" in methods else []
                assert not ssh.login(taro, answers, methods, key).let_in, text
        with ssh.Server(f"AuthenticationMethods {both}\n"):
            assert not lockouts("sshd")
            let_in(ssh.login(taro, [taro.password, token.next()], both, key))


def test_a_configuration_of_sshd_that_never_ends_is_not_waited_for(case):
    pipe = Path("/etc/ssh/pipe")
    os.mkfifo(pipe)
    try:
        with pamconf.wired("sshd"), file("/etc/systemd/system/own.service", f"[Service]\nExecStart=/usr/sbin/sshd -D -f {pipe}\n"):
            done = subprocess.run(["mfa-enroll", "check"], capture_output=True, timeout=20)
            assert done.returncode in (0, 1), done
    finally:
        pipe.unlink()


def test_sshd_reads_quotes_and_patterns_of_folders(case):
    taro, _ = enroll.person()
    key = ssh.authorize(taro)
    usual = "AuthenticationMethods publickey,keyboard-interactive\n"
    quoted = f'"Match" User {taro.name}\n  Authentication"Methods" "publickey"\nMatch all\n'
    block = f"Match User {taro.name}\n  AuthenticationMethods publickey\n"
    with pamconf.wired("sshd"), product.config(zone={"gate": "lightdm"}), file("/etc/ssh/sites/a/m.conf", block):
        for text in (quoted, "Include /etc/ssh/si?es/*/m.conf\n"):
            with ssh.Server(usual + text) as server:
                assert "sshd-methods" in {name for name, *_ in holes("sshd")}, (text, server.log())
                let_in(ssh.login(taro, [], "publickey", key), 0)


@contextmanager
def proof(command):
    """A session that writes down whose it is, and the file that it does so in."""
    folder = Path("/run/proof")
    folder.mkdir(mode=0o777, exist_ok=True)
    folder.chmod(0o1777)
    path = folder / "who"
    path.unlink(missing_ok=True)
    with file(command, f"#!/bin/sh\nid -un >{path}\nexec sleep 30\n", 0o755):
        yield path


SERVERS = Path("/run/x-servers")


def x_server(path):
    """An X server without the options by which display managers give it a terminal; its number is written down."""
    text = '#!/bin/bash\nfor word; do\n\tshift\n\tcase $word in vt*|-novtswitch) ;; *) set -- "$@" "$word" ;; esac\ndone\n'
    return file(path, f'{text}echo $$ >>{SERVERS}\nexec /usr/bin/Xvfb "$@" -ac\n', 0o755)


def end_x_servers():
    """They are in sessions of their own, and would be in the way of the next one."""
    for number in SERVERS.read_text().split() if SERVERS.exists() else []:
        try:
            os.kill(int(number), signal.SIGKILL)
        except ProcessLookupError:
            pass
    SERVERS.unlink(missing_ok=True)
    for path in (*Path("/tmp").glob(".X*-lock"), *Path("/tmp/.X11-unix").glob("X*")):
        path.unlink()


def who_is_in(argv, path, seconds=3):
    """Starts a display manager, and gives who has a session after some seconds: "" for nobody."""
    Path("/run/greetd.run").unlink(missing_ok=True)  # by which greetd has its initial session once
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as process:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (path.exists() and path.read_text()):
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
    end_x_servers()
    return path.read_text().strip() if path.exists() else ""


WHOLE = """auth required pam_unix.so nodelay
auth required pam_mfa.so
account required pam_mfa.so
account required pam_unix.so
session required pam_unix.so
"""


def logs_in_by_itself(service, argv, path, user):
    """The stack of the service is proved, and it lets in by itself; with the gate it does not, and check says so."""
    with pamconf.written(service, WHOLE):
        assert [name for name, *_ in holes(service)] == ["autologin"]
        assert who_is_in(argv, path, 15) == user.name
        path.unlink()
        with product.config(zone={"gate": service}):
            assert [entry for entry in findings(service) if entry[1] == "autologin-gated"]
            assert not holes(service)
            assert who_is_in(argv, path) == ""


GREETER = "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n"


def greetd_config(user):
    return ('[terminal]\nvt = "none"\n[default_session]\ncommand = "sleep 30"\nuser = "_greetd"\n'
            f'[initial_session]\ncommand = "/usr/local/bin/session"\nuser = "{user}"\n')


def test_greetd_logs_in_by_itself_unless_the_gate_refuses(case):
    taro, _ = enroll.person()
    with file("/etc/greetd/config.toml", greetd_config(taro.name)), proof("/usr/local/bin/session") as who, \
            pamconf.written("greetd-greeter", GREETER):
        logs_in_by_itself("greetd", ["greetd"], who, taro)


def test_greetd_takes_blanks_around_a_section_away(case):
    taro, _ = enroll.person()
    text = greetd_config(taro.name).replace("[initial_session]", "[ initial_session ]")
    with file("/etc/greetd/config.toml", text), proof("/usr/local/bin/session") as who, \
            pamconf.written("greetd-greeter", GREETER), pamconf.written("greetd", WHOLE):
        assert [name for name, *_ in holes("greetd")] == ["autologin"]
        assert who_is_in(["greetd"], who, 15) == taro.name


def test_greetd_reads_one_of_its_two_files(case):
    taro, _ = enroll.person()
    with file("/etc/greetd/greetd.conf", greetd_config(taro.name)) as path, \
            file("/etc/greetd/config.toml", greetd_config("")), proof("/usr/local/bin/session") as who, \
            pamconf.written("greetd-greeter", GREETER), pamconf.written("greetd", WHOLE):
        assert [hole[:2] for hole in holes("greetd")] == [("autologin", path)]
        assert who_is_in(["greetd"], who, 15) == taro.name


def test_slim_logs_in_by_itself_whatever_the_gate_says(case):
    taro, _ = enroll.person()
    text = ("default_xserver /usr/local/bin/x\nxserver_arguments -ac\nlogin_cmd /usr/local/bin/session\n"
            f"default_user {taro.name}\nauto_login yes\nlogfile /run/slim.log\nlockfile /run/slim.lock\n"
            "authfile /run/slim.auth\ncurrent_theme debian-softwaves\n")
    with file("/etc/slim.conf", text), proof("/usr/local/bin/session") as who, x_server("/usr/local/bin/x"):
        ignores_the_gate("slim", ["slim"], who, taro)
        Path("/run/slim.lock").unlink(missing_ok=True)


def ignores_the_gate(service, argv, path, user):
    """It lets in though PAM refuses, by what the gate says as well, and check knows."""
    with pamconf.written(service, WHOLE), product.config(zone={"gate": service}):
        assert {name for name, *_ in holes(service)} == {"autologin"}
        assert who_is_in(argv, path, 20) == user.name


def test_sddm_logs_in_by_itself_unless_the_gate_refuses(case):
    """Its helper tells whom it lets in, and waits for what his session is to have."""
    taro, _ = enroll.person()
    stack = "auth required pam_permit.so\naccount required pam_mfa.so\naccount required pam_unix.so\nsession required pam_permit.so\n"
    with pamconf.written("sddm-autologin", stack), file("/etc/sddm.conf", f"[Autologin]\nUser={taro.name}\n"):
        assert sddm_lets_in(taro)
        with product.config(zone={"gate": "sddm-autologin"}):
            assert ("note", "autologin-gated", "/etc/sddm.conf", 2) in findings("sddm-autologin")
            assert not sddm_lets_in(taro)


def sddm_lets_in(user):
    helper = "/usr/lib/x86_64-linux-gnu/sddm/sddm-helper"
    path = Path("/run/sddm-proof")
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        with subprocess.Popen([helper, "--socket", path, "--id", "1", "--start", "/bin/true", "--user", user.name,
                               "--autologin"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            client, _ = server.accept()
            said = b""
            with client:
                client.settimeout(20)
                while user.name.encode("utf-16-be") not in said and (more := client.recv(4096)):
                    said += more
            process.wait(10)
    return user.name.encode("utf-16-be") in said


def test_lxdm_logs_in_by_itself_whatever_the_gate_says(case):
    taro, _ = enroll.person()
    text = f"[base]\nautologin={taro.name}\nsession=/usr/local/bin/session\n[server]\narg=/usr/local/bin/x\n"
    with file("/etc/lxdm/lxdm.conf", text), proof("/usr/local/bin/session") as who, x_server("/usr/local/bin/x"):
        ignores_the_gate("lxdm", ["sh", "-c", "while :; do lxdm-binary; sleep 0.1; done"], who, taro)


def test_nodm_logs_in_by_itself_whatever_the_gate_says(case):
    """Its terminal is none: a library answers for it."""
    taro, _ = enroll.person()
    text = (f"NODM_ENABLED=true\nNODM_USER={taro.name}\nNODM_XSESSION=/usr/local/bin/session\n"
            "NODM_X_OPTIONS='/usr/local/bin/x :7'\n")
    terminal = prepare.REPOSITORY / "build/tests/e2e/vt/libvt.so"
    with file("/etc/default/nodm", text) as path, proof("/usr/local/bin/session") as who, x_server("/usr/local/bin/x"):
        argv = ["sh", "-c", f"set -a; . {path}; LD_PRELOAD={terminal} exec nodm"]
        ignores_the_gate("nodm", argv, who, taro)


def cockpit_lets_in(user):
    """Whether the program that asks PAM for cockpit opens a session; it wants its answer without a blank."""
    with subprocess.Popen(["/usr/lib/cockpit/cockpit-session", "localhost"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        asked = b""
        while b"}" not in asked and (more := os.read(process.stdout.fileno(), 4096)):
            asked += more
        cookie = re.search(r'"cookie":"([^"]*)"', asked.decode())[1]
        basic = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
        answer = f'\n{{"command":"authorize","cookie":"{cookie}","response":"Basic {basic}"}}'
        process.stdin.write(f"{len(answer)}\n{answer}".encode())
        process.stdin.close()
        return b"access-denied" not in process.stdout.read()


def test_cockpit_asks_for_the_account(case):
    taro, _ = enroll.person()
    stack = "auth required pam_permit.so\naccount required pam_mfa.so\naccount required pam_unix.so\nsession required pam_permit.so\n"
    with pamconf.written("cockpit", stack):
        assert cockpit_lets_in(taro)
        with product.config(zone={"gate": "cockpit"}):
            assert not cockpit_lets_in(taro)


def test_getty_logs_in_by_itself(case):
    taro, _ = enroll.person()
    name = taro.name
    drop_in = "[Service]\nExecStart=\nExecStart=-/sbin/agetty {} --noclear - $TERM\n"
    ways = ((f"--autologin {name}", ["--autologin", name]), (f"--autol {name}", ["--autol", name]),
            (f"-a{name}", [f"-a{name}"]), (f"-Ja {name}", ["-Ja", name]), (f'"-a" {name}', ["-a", name]))
    with pamconf.wired("login"):
        before = holes("login")
        for words, argv in ways:
            with file("/run/systemd/system/getty@tty1.service.d/a.conf", drop_in.format(words)) as path:
                assert [hole for hole in holes("login") if hole not in before] == [("getty-autologin", path, 3)], words
            with Terminal(["agetty", *argv, "--noclear", "-", "xterm"]) as terminal:
                terminal.expect(programs.came_in(name))


def test_at_runs_later_what_it_is_told(case):
    """Without a question; at.allow leaves that to root, and then check says nothing."""
    taro, _ = enroll.person()
    later = "echo 'id -un >/run/proof/who' | at now"
    with proof("/usr/local/bin/session") as who, pamconf.written("atd", WHOLE):
        assert ("note", "runs-later", "/usr/sbin/atd", None) in whole_findings()
        run(["sh", "-c", later], taro)
        assert who_is_in(["atd", "-f"], who, 15) == taro.name
        who.unlink()
        with file("/etc/at.allow", ""):
            assert ("note", "runs-later", "/usr/sbin/atd", None) not in whole_findings()
            assert "do not have permission" in run(["sh", "-c", later], taro)


def whole_findings():
    done = enroll.run("check", "--json")
    return [(entry["level"], entry["id"], entry["file"], entry["line"]) for entry in json.loads(done.stdout)["findings"]]
