# SPDX-License-Identifier: BSD-2-Clause
"""PAM calls by an application of our own: gives the code, which real programs do not show."""

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from e2e import pamconf, transcript

CLIENT = Path(__file__).with_name("pamclient")
SERVICE = "mfa-test"

SUCCESS, PERM_DENIED, AUTH_ERR, UNAVAILABLE = 0, 6, 7, 9
CONV_ERR, IGNORE, ABORT = 19, 25, 26


@dataclass
class Reply:
    """The last code of each call and the codes of all, and what the person was asked and told."""

    codes: dict
    results: list
    prompts: list
    messages: list

    @property
    def code(self):
        return self.codes["authenticate"]


def module_alone(arguments=""):
    """A service that gives the module's own code, in both phases."""
    module = f"required pam_mfa.so {arguments}".rstrip()
    return pamconf.written(SERVICE, f"auth {module}\naccount {module}\n")


@contextmanager
def ignore_succeeds(service=SERVICE):
    """A service where PAM_IGNORE, and nothing else, leads to PAM_SUCCESS."""
    lines = [
        f"{phase} {line}\n"
        for phase in ("auth", "account")
        for line in (
            "[ignore=1 default=bad] pam_mfa.so",
            "required pam_deny.so",
            "required pam_permit.so",
        )
    ]
    with pamconf.written(service, "".join(lines)):
        yield


def call(user, answers=(), calls=("authenticate",), service=SERVICE, wrapper=(), preexec_fn=None, **more):
    """One run of the client. A user is one of ours, a name, or None: then PAM asks."""
    job = {
        "service": service, "user": getattr(user, "name", user),
        "answers": list(answers), "calls": list(calls), **more,
    }
    # by its text: who is not root may not see the folder that it lies in
    argv = [*wrapper, "/usr/bin/python3", "-ISB", "-c", CLIENT.read_text()]
    done = subprocess.run(
        argv, input=json.dumps(job), capture_output=True, text=True, timeout=50, preexec_fn=preexec_fn
    )
    transcript.tell(f"pam {job['user']}: {' '.join(calls)}", f"{done.stdout}{done.stderr}")
    return Reply(**json.loads(done.stdout))
