# SPDX-License-Identifier: BSD-2-Clause
"""A real sshd on loopback with a key and a configuration of its own, and the real client."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from e2e import seat, transcript
from e2e.outcome import Outcome
from e2e.programs import PROOF, came_in
from e2e.terminal import PROMPT, Terminal, Unexpected
from e2e.users import give

PORT = 2222

# sshd takes the first of equal keywords, so a case's own lines go before these.
DEFAULTS = f"""
Port {PORT}
ListenAddress 127.0.0.1
PidFile none
LogLevel VERBOSE
UsePAM yes
UseDNS no
PrintMotd no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication yes
"""

# Stands in for the person: writes down the question, gives the next answer, or gives up
# when that is null or there is none.
ASKPASS = """#!/usr/bin/python3 -IS
import json, sys
with open("{folder}/prompts", "a+") as prompts:
    prompts.seek(0)
    turn = len(prompts.readlines())
    prompts.write(json.dumps(sys.argv[1]) + "\\n")
answers = json.load(open("{folder}/answers"))
if turn >= len(answers) or answers[turn] is None:
    sys.exit(1)
sys.stdout.buffer.write(answers[turn].encode("utf-8", "surrogateescape") + b"\\n")
"""


def _penalties():
    """Since 9.8 sshd turns away for a while whom it has refused."""
    said = subprocess.run(["ssh", "-V"], capture_output=True, text=True).stderr
    major, minor = re.match(r"OpenSSH_(\d+)\.(\d+)", said).groups()
    return "PerSourcePenalties no\n" if (int(major), int(minor)) >= (9, 8) else ""


def make_key(folder):
    """Makes a key pair; gives the path of the private half."""
    path = Path(folder) / "key"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


class Server:
    """sshd, for the length of a with block."""

    def __init__(self, config="", program="/usr/sbin/sshd", name=None):
        self._program = program
        self._name = name or program
        self.folder = tempfile.TemporaryDirectory(prefix="sshd-")
        self._path = Path(self.folder.name)
        host_key = make_key(self.folder.name)
        text = f"{config}\n{DEFAULTS}{_penalties()}HostKey {host_key}\n"
        (self._path / "sshd_config").write_text(text)
        self._log = self._path / "log"

    def __enter__(self):
        argv = [self._name, "-D", "-e", "-f", self._path / "sshd_config"]
        with open(self._log, "w") as log:
            self._process = subprocess.Popen(argv, executable=self._program, stdin=subprocess.DEVNULL, stderr=log,
                                             preexec_fn=seat.leave)
        end = time.monotonic() + 10
        while "Server listening on" not in self.log():
            if self._process.poll() is not None or time.monotonic() > end:
                raise Unexpected(f"sshd does not start: {self.log()}")
            time.sleep(0.005)
        return self

    def __exit__(self, *exception):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)
        transcript.tell("sshd", self.log())
        self.folder.cleanup()

    def log(self):
        """What the server has written so far."""
        return self._log.read_text(errors="replace")


def authorize(user):
    """Makes a key pair and lets it in as far as sshd is concerned; gives the private half."""
    folder = tempfile.mkdtemp(prefix="key-")
    key = make_key(folder)
    give(user, ".ssh/authorized_keys", key.with_suffix(".pub").read_text())
    return key


def login(user, answers=(), methods="keyboard-interactive", key=None, address="127.0.0.1", lang="C.UTF-8", level="ERROR"):
    """One run of the client: the methods it may try, the answers in the order of prompts."""
    name = getattr(user, "name", user)
    with tempfile.TemporaryDirectory(prefix="ssh-") as folder:
        askpass = Path(folder, "askpass")
        askpass.write_text(ASKPASS.format(folder=folder))
        askpass.chmod(0o700)
        Path(folder, "answers").write_text(json.dumps(list(answers)))
        Path(folder, "prompts").touch()
        done = subprocess.run(
            _client(name, methods, key, address, level),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=30,
            start_new_session=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "LANG": lang,
                "SSH_ASKPASS": str(askpass),
                "SSH_ASKPASS_REQUIRE": "force",
            },
        )
        prompts = [json.loads(line) for line in open(Path(folder, "prompts"))]
    transcript.tell(f"ssh {name} by {methods}", f"{prompts}\n{done.stdout}\n[exit {done.returncode}]")
    if len(prompts) > len(answers):
        raise Unexpected(f"one prompt more than answers: {prompts}")
    let_in = bool(re.search(came_in(name), done.stdout)) and done.returncode == 0
    return Outcome(let_in, done.returncode, done.stdout, [text.strip() for text in prompts])


def terminal(user, key, command):
    """The client on a terminal, with a terminal over there, by public key."""
    argv = _client(user.name, "publickey", key)
    return Terminal([*argv[:-2], "-tt", argv[-2], command])


def run(user, answers, command):
    """Logs in on a terminal and runs the command there; the answers are for all that is asked, by both. Gives what was
    said."""
    argv = _client(user.name, "keyboard-interactive", None)
    with Terminal([*argv[:-2], "-tt", argv[-2], command]) as client:
        for answer in answers:
            client.expect(PROMPT)
            client.send(answer)
        client.wait()
        return client.transcript


def _client(name, methods, key, address="127.0.0.1", level="ERROR"):
    options = {
        "PreferredAuthentications": methods,
        "StrictHostKeyChecking": "no",
        "UserKnownHostsFile": "/dev/null",
        "LogLevel": level,
        "NumberOfPasswordPrompts": "1",
        "IdentitiesOnly": "yes",
        "IdentityFile": str(key or "none"),
    }
    settings = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    return ["ssh", "-F", "none", "-p", str(PORT), *settings, f"{name}@{address}", PROOF]
