# SPDX-License-Identifier: BSD-2-Clause
"""Attempts to get in through the real login, su and sudo."""

import re
import subprocess

from e2e import transcript
from e2e.outcome import Outcome
from e2e.terminal import PROMPT, Ended, Terminal, Unexpected, become

# Who is let in runs this, or has it in the profile of the login shell.
PROOF = 'echo "logged in as $(id -un)"'


def came_in(name):
    """The pattern that only a command run as this user can have written."""
    return rf"(?m)^logged in as {re.escape(name)}\n"


def login(user, answers, wrapper=(), **more):
    """login(1) on a terminal, as getty starts it; name is typed at its own prompt."""
    with Terminal([*wrapper, "/bin/login"], **more) as terminal:
        terminal.expect(r"login: \Z")
        terminal.send(getattr(user, "name", user))
        outcome = converse(terminal, user, answers, refusal=r"Login incorrect")
        if outcome.let_in:
            terminal.send("exit")
            outcome.status = terminal.wait()
        elif outcome.status is None:
            terminal.expect(r"login: \Z")
            outcome.text = terminal.transcript
        return outcome


def su(user, answers, caller=None, options=(), **more):
    """su to the user, by another user, or by root when there is no caller."""
    argv = ["su", *options, getattr(user, "name", user), "-c", PROOF]
    return _run(argv, user, answers, caller, **more)


def sudo(caller, answers, options=(), **more):
    """sudo to root by the caller."""
    return _run(["sudo", *options, "sh", "-c", PROOF], "root", answers, caller, **more)


def own(user, answers, argv):
    """A set-uid program by which users change their own account; who they are is asked for."""
    return _run(["sh", "-c", f"{' '.join(argv)} && {PROOF}"], user, answers, caller=user)


def sudo_again(caller, answers):
    """sudo, and then `sudo -n` from the same terminal: it relies on the cached ticket."""
    twice = f"sudo true && sudo -n sh -c '{PROOF}'"
    return _run(["sh", "-c", twice], "root", answers, caller)


def sudo_stdin(caller, answers):
    """`sudo -S` without a terminal: the answers are lines on standard input."""
    argv = ["sudo", "-S", "sh", "-c", PROOF]
    done = subprocess.run(
        argv,
        input="".join(f"{answer}\n" for answer in answers),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=30,
        start_new_session=True,
        preexec_fn=lambda: become(caller),
    )
    transcript.tell(" ".join(argv), f"{done.stdout}\n[exit {done.returncode}]")
    let_in = "logged in as root\n" in done.stdout
    return Outcome(let_in, done.returncode, done.stdout)


def _run(argv, user, answers, caller, **more):
    with Terminal(argv, user=caller, **more) as terminal:
        outcome = converse(terminal, user, answers)
        outcome.status = terminal.wait()
        outcome.text = terminal.transcript
        return outcome


def converse(terminal, user, answers, refusal=r"(?!)"):
    """Gives each prompt the next answer, until in, refused, or the program ends. An answer
    may be a function that does something first and gives what to type."""
    prompts = []
    let_in = False
    try:
        while True:
            which, match = terminal.expect(
                came_in(getattr(user, "name", user)), refusal, PROMPT
            )
            if which < 2:
                let_in = which == 0
                break
            prompts.append(match.group().strip())
            if len(prompts) > len(answers):
                raise Unexpected(f"one prompt more than answers: {prompts}")
            answer = answers[len(prompts) - 1]
            terminal.send(answer() if callable(answer) else answer)
    except Ended:
        pass
    return Outcome(let_in, terminal.status, terminal.transcript, prompts)
