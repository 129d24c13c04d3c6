# SPDX-License-Identifier: BSD-2-Clause
"""The root's pam.d: Debian's own service files, or the same with the wiring of the README."""

import re
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path("/etc/pam.d")

PASSWORD = "auth required pam_unix.so nodelay"


def _plain(service):
    """Debian's file, but a refusal does not wait for seconds."""
    text = (FOLDER / service).read_text()
    text = re.sub(r"(?m)^auth\s+optional\s+pam_faildelay\.so.*\n", "", text)
    return text.replace("@include common-auth", f"{PASSWORD}\n")


def _with_module(service, arguments=""):
    """The recommended wiring: the module after the password, and before common-account."""
    module = f"required pam_mfa.so {arguments}".rstrip()
    text = _plain(service).replace(PASSWORD, f"{PASSWORD}\nauth {module}")
    return text.replace("@include common-account", f"account {module}\n@include common-account")


@contextmanager
def written(service, text):
    """The service has this text within the block."""
    path = FOLDER / service
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)


@contextmanager
def _each(services, text_of):
    if not services:
        yield
        return
    with written(services[0], text_of(services[0])), _each(services[1:], text_of):
        yield


def password_only(*services):
    """The services ask for the password alone, within the block."""
    return _each(services, _plain)


def wired(*services, arguments=""):
    """The services ask for the password and the module, within the block."""
    return _each(services, lambda service: _with_module(service, arguments))
