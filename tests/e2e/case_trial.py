# SPDX-License-Identifier: BSD-2-Clause
"""What must not keep a trial of enable from being put back, and what must not count as its confirmation."""

import os
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from e2e import enroll, product, programs, transcript, users
from e2e.case_enable import MFA, PAM, ROOT, SWITCH, TREES, enable, has_mfa, in_a_session, ready, restore_seen
from e2e.checks import exits, let_in, soon
from e2e.terminal import PROMPT, Terminal

TRYING = SWITCH / "trying"
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


@contextmanager
def read_only(folder):
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def roll_backs():
    return product.AUDIT.read_text().count('"event":"pam.roll-back"')


@contextmanager
def stopped_at(call, number, *arguments):
    """mfa-enroll is stopped for good as it makes this call, as by Ctrl-S on its terminal; gives its process."""
    argv = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGSTOP:when={number}",
            "mfa-enroll", *arguments]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as tracer:
        children = Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children")
        try:
            yield tracer
        finally:
            os.kill(int(children.read_text().split()[0]), signal.SIGCONT)
            out, _ = tracer.communicate(timeout=20)
            transcript.tell(" ".join(argv), f"{out}[exit {tracer.returncode}]")


def test_an_enable_that_was_stopped_is_put_back(case):
    """It holds the lock for as long as its terminal is stopped."""
    with ready():
        before = product.tree(*TREES)
        with stopped_at("rename", 2, "enable", "--yes", "--no-copy", "--only", "login,su", "--try", "10s") as tracer:
            soon(lambda: has_mfa("login"))
            soon(lambda: product.tree(*TREES) == before and not TRYING.exists(), seconds=30)
        assert tracer.returncode == 1
        assert product.tree(*TREES) == before and not TRYING.exists()


def test_a_confirmation_that_was_stopped_counts_in_time_or_not_at_all(case):
    with ready() as token:
        before = product.tree(*TREES)
        exits(enable("--only", "login", "--try", "12s"), 0)
        command = ("strace -qq -o /dev/null -e trace=rename -e inject=rename:signal=SIGSTOP:when=1 "
                   "mfa-enroll enable --confirm & while [ -e /var/lib/pam_mfa/switch/trying ]; do sleep 0.1; done; "
                   "sleep 14; pkill -CONT -P $!; wait $!")
        status, said = in_a_session(token, command)
        assert status == 1 and "too late: the trial of" in said, said
        assert product.tree(*TREES) == before and not (SWITCH / "enabled").exists()


def test_what_cannot_be_put_back_yet_is_put_back_later(case):
    """And is told of as done once it is."""
    with ready():
        before = product.tree(*TREES)
        begun = roll_backs()
        exits(enable("--only", "login", "--try", "10s"), 0)
        with read_only("/etc"):
            until_due()
            assert has_mfa("login") and TRYING.exists()
            assert roll_backs() == begun
        soon(lambda: not TRYING.exists(), seconds=20)
        assert product.tree(*TREES) == before
        assert roll_backs() == begun + 1


def until_due():
    """The shortest trial, and three seconds in which it was tried."""
    time.sleep(13)


def test_a_store_that_is_read_only_keeps_nobody_out(case):
    """Codes cannot be accepted then: all the more it must be possible to go back."""
    with ready():
        before = product.tree(*TREES)
        exits(enable("--only", "login"), 0)
        with read_only("/var/lib/pam_mfa"):
            exits(enroll.run("enable", "--roll-back"), 1, "Read-only")
            assert product.tree(*TREES) == before
        exits(enroll.run("enable", "--roll-back"), 0)


def test_a_folder_that_went_away_keeps_nothing_else(case):
    with ready():
        exits(enable(), 0)
        folder = Path("/etc/ssh/sshd_config.d")
        aside = Path("/etc/aside")
        folder.rename(aside)
        try:
            exits(enroll.run("enable", "--roll-back"), 0, "Put back")
            assert not TRYING.exists() and not has_mfa("common-auth")
        finally:
            for path in aside.glob("*pam_mfa*"):
                path.unlink()
            aside.rename(folder)


def test_what_somebody_edits_meanwhile_asks_for_no_code(case):
    """Whoever was locked out by the trial would be for good."""
    for name, options in (("common-auth", []), ("login", ["--only", "login,su"])):
        with ready():
            before = (PAM / name).read_text()
            exits(enable(*options), 0)
            (PAM / name).write_text((PAM / name).read_text() + "# mine\n")
            exits(enroll.run("enable", "--roll-back"), 0, f"/etc/pam.d/{name} was changed by somebody meanwhile")
            assert not any(has_mfa(path.name) for path in PAM.iterdir() if path.is_file())
            assert (PAM / name).read_text().endswith("# mine\n")
            assert (SWITCH / "before" / name).read_text() == before
            taro = users.new()
            let_in(programs.login(taro, [taro.password]), prompts=1)
            (PAM / name).write_text(before)
            restore_seen()


def test_disable_takes_the_lines_out_of_an_edited_common_auth(case):
    with ready():
        before = (PAM / "common-auth").read_text()
        subprocess.run(["pam-auth-update", "--enable", "mfa"], check=True, env=QUIET)
        (PAM / "common-auth").write_text((PAM / "common-auth").read_text() + "# mine\n")
        exits(enroll.run("disable", "--yes"), 0, "common-auth")
        assert not any(has_mfa(path.name) for path in PAM.iterdir())
        (PAM / "common-auth").write_text(before)
        subprocess.run(["pam-auth-update", "--package", "--remove", "mfa"], check=True, env=QUIET)
        restore_seen()


# What somebody may do in a session of before, or outside of all: who has run it is in nobody's new session.
ELSEWHERE = (
    "setsid --wait sh -c 'mfa-enroll enable --confirm'",
    "unshare --pid --fork mfa-enroll enable --confirm",
    "unshare --mount --pid --fork sh -c 'umount /proc/sys; echo $(({pid} - 1)) >/proc/sys/kernel/ns_last_pid; mfa-enroll enable --confirm; exit $?'",
    "nsenter --target {pid} --all mfa-enroll enable --confirm",
    "sh -c 'ln -s /usr/sbin/mfa-enroll /tmp/login; exec -a login /tmp/login enable --confirm'",
)


def test_only_a_new_session_confirms(case):
    """Neither one of before, whatever is run in it, nor what is no part of the new one any more."""
    with ready() as token, ExitStack() as stack:
        old = stack.enter_context(Terminal(["/bin/login"]))
        come_in(old, [ROOT.password])
        exits(enable("--only", "login,su"), 0)
        new = stack.enter_context(Terminal(["/bin/login"]))
        come_in(new, [ROOT.password, token.next()])
        pid = int(say(new, "echo status=$$"))
        for command in ELSEWHERE:
            assert say(old, f"{command.format(pid=pid)}; echo status=$?") != "0", (command, old.transcript)
        # a login in the old session is no new one: it has the old one's login identity
        old.send("exec login")
        come_in(old, [ROOT.password, token.next()])
        assert say(old, "mfa-enroll enable --confirm; echo status=$?") == "1", old.transcript
        assert "this session began before enable" in old.transcript
        say(new, "(setsid sh -c 'sleep 1; mfa-enroll enable --confirm; echo $? >/tmp/orphan' &); echo status=0")
        assert soon(lambda: Path("/tmp/orphan").exists() and Path("/tmp/orphan").read_text().strip()) == "1"
        assert TRYING.exists()
        assert say(new, "sh -c 'sh -c \"mfa-enroll enable --confirm\"'; echo status=$?") == "0", new.transcript


def come_in(terminal, answers):
    """root, by these answers."""
    for answer in ("root", *answers):
        terminal.expect(PROMPT)
        terminal.send(answer)
    terminal.expect(programs.came_in("root"))


def say(terminal, line):
    """What the line has printed behind "status="."""
    terminal.send(line)
    return terminal.expect(r"\nstatus=(\w+)\r?\n")[1][1]


def test_what_asks_no_more_is_not_confirmed(case):
    with ready() as token:
        exits(enable("--only", "login,su"), 0)
        asking = (PAM / "su").read_text()
        (PAM / "su").write_text(asking.replace(MFA, "pam_permit.so"))
        status, said = in_a_session(token, "mfa-enroll enable --confirm")
        assert status == 1 and "su: would still let people in without a code" in said, said
        assert TRYING.exists()
        (PAM / "su").write_text(asking)
