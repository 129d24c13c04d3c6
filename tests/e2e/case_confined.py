# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd beside AppArmor's profile of it: what it opens in logins is what the profile has."""

import re
from pathlib import Path

from e2e import authd, enroll, pamconf, prepare, programs

PROFILE = prepare.REPOSITORY / "packaging/apparmor/usr.libexec.pam_mfa.mfa-authd"
TRACE = Path("/tmp/trace")
STRACE = ("strace", "-D", "-f", "-y", "-o", TRACE, "-e", "trace=open,openat,socket,execve")
# of what <abstractions/base> has
BASE = {"/{,usr/}lib{,64}/**": "r", "/etc/ld.so.{cache,preload}": "r", "/usr/share/{locale,zoneinfo}/**": "r",
        "/etc/localtime": "r", "/etc/locale.alias": "r", "/dev/null": "rw", "/dev/{u,}random": "r", "/dev/log": "w",
        "/proc/sys/{kernel,vm}/**": "r", "/sys/devices/system/cpu/**": "r"}
VARIABLES = {"@{PROC}": "/proc", "@{run}": "/run", "@{sys}": "/sys", "@{pids}": "[0-9]*", "@{pid}": "[0-9]*",
             "@{multiarch}": "*-linux-gnu*"}


def pattern_of(glob):
    for name, value in VARIABLES.items():
        glob = glob.replace(name, value)
    words = {"**": ".*", "*": "[^/]*", "{": "(?:", ",": "|", "}": ")", "[0-9]*": "[0-9]+"}
    return "".join(words.get(word) or re.escape(word) for word in re.findall(r"\[0-9\]\*|\*\*|.", glob))


def rules_of(text):
    """Pairs of a pattern of paths and the letters of what is allowed."""
    found = re.findall(r"^\s+(?:owner )?([/@]\S+) ([rwmkli]+x?),$", text, re.M)
    assert len(found) > 20, found
    return [(re.compile(pattern_of(glob)), letters) for glob, letters in [*found, *BASE.items()]]


def openings(text):
    """Paths that were opened, folders with a slash behind, and whether for writing."""
    form = re.compile(r'open(?:at)?\((?:AT_FDCWD(?:<[^>]*>)?, |\d+<([^>]*)>, )?"([^"]*)", ([A-Z_|]+).* = \d+<([^>]*)>')
    for line in text.splitlines():
        match = form.search(line)
        if match and "O_PATH" not in match[3]:
            path = match[4].removesuffix(" (deleted)")
            folder = "/" if Path(path).is_dir() and path != "/" else ""
            yield path + folder, bool(re.search("O_WRONLY|O_RDWR|O_CREAT", match[3]))


def is_allowed(rules, path, is_writing):
    return any(pattern.fullmatch(path) and ("w" if is_writing else "r") in letters for pattern, letters in rules)


def log_in():
    taro, token = enroll.person()
    with pamconf.wired("login"):
        assert programs.login(taro, [taro.password, token.next()]).let_in
        assert not programs.login(taro, [taro.password, token.wrong()]).let_in


def test_the_profile_has_what_is_opened(case):
    authd.stop()
    authd.start(wrapper=STRACE)
    try:
        log_in()
    finally:
        authd.stop()
        authd.start()
    text = TRACE.read_text()
    rules = rules_of(PROFILE.read_text())
    found = set(openings(text))
    assert len(found) > 20, found
    missing = sorted(path for path, is_writing in found if not is_allowed(rules, path, is_writing))
    assert not missing, missing
    assert set(re.findall(r" socket\((AF_\w+)", text)) <= {"AF_UNIX", "AF_NETLINK"}
