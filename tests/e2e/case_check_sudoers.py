# SPDX-License-Identifier: BSD-2-Clause
"""The reader of sudoers in check beside sudo's own: cvtsudoers reads the same files, made at random."""

import json
import random
import subprocess
import tempfile
from pathlib import Path

from e2e import enroll, transcript

LAYER = "switches"
FILES = 150
ROOTS = ("root", "#0", "ADMINS")
USERS = (*ROOTS, "taro", "hanako", "%staff", "#1001", "OTHERS", "!jiro", '"ji ro"', "%#27", "ALL")
COMMANDS = ("ALL", "/bin/ls", "/bin/echo \\#x", "/bin/cat a\\,b\\:c\\=d", "NOPASSWD_CMDS", "sudoedit /etc/motd",
            "!/bin/sh")
TAGS = ("", "", "NOPASSWD: ", "NOPASSWD : ", "PASSWD: ", "NOEXEC: NOPASSWD:", "SETENV:")
DEFAULTS = ("authenticate", "!authenticate", "! authenticate", "exempt_group=wheel", "exempt_group = \"wheel\"",
            "!exempt_group", "lecture=never", 'badpass_message="no, !authenticate # NOPASSWD: \\" x"',
            "env_keep += \"A B\"", "secure_path=/bin\\:/sbin", "passwd_tries=1")
SCOPES = ("", "", "", ": taro", "> taro", "! /bin/ls", "@ box", ":taro", ":root", ":taro,hanako", "@box", ">taro", "!/bin/ls", ":%staff", "!NOPASSWD_CMDS")
HEAD = "User_Alias ADMINS = root, #0 : OTHERS = taro, ALL\nCmnd_Alias NOPASSWD_CMDS = /bin/true, /bin/false\n"
FOUND = {"sudo-nopasswd", "sudo-no-authenticate", "sudo-exempt-group"}


def blank(dice):
    return dice.choice((" ", "\t", "  ", " \\\n\t", " \\\n ", " \\ \t\n ", " \\\r\n\t"))


def join(dice, words):
    return dice.choice((",", ", ", " ,", ", \\\n", ", \\ \n", ",\\\r\n")).join(words)


def some(dice, words, most):
    return [dice.choice(words) for _ in range(dice.randint(1, most))]


def rule(dice):
    groups = []
    for _ in range(dice.randint(1, 2)):
        commands = [dice.choice(TAGS) + dice.choice(COMMANDS) for _ in range(dice.randint(1, 3))]
        runas = dice.choice(("", "(ALL) ", "(root : adm)", "(:staff)"))
        groups.append(f"{dice.choice(('ALL', 'box', '192.0.2.0/24'))}{blank(dice)}={blank(dice)}{runas}"
                      + join(dice, commands))
    return join(dice, some(dice, USERS, 2)) + blank(dice) + " : ".join(groups)


def entry(dice):
    return dice.choice((
        lambda: rule(dice),
        lambda: f"Defaults{dice.choice(SCOPES)}{blank(dice)}{join(dice, some(dice, DEFAULTS, 3))}",
        lambda: "# taro ALL = NOPASSWD: ALL",
    ))() + dice.choice(("", "", " # NOPASSWD: !authenticate", "\n"))


def what_sudo_reads(path):
    """The findings that sudo's own reading of the file makes; None: it cannot be read."""
    done = subprocess.run(["cvtsudoers", "-f", "json", path], capture_output=True, text=True, timeout=20)
    if done.returncode != 0 or done.stderr:
        return None
    read = json.loads(done.stdout)
    found = set()
    for spec in read.get("User_Specs", []):
        users = {next(iter(user.values())) if not user.get("negated") else "!" for user in spec["User_List"]}
        asks_nobody = any({"authenticate": False} in commands.get("Options", []) for commands in spec["Cmnd_Specs"])
        if asks_nobody and not users <= {"root", 0, "#0", "ADMINS"}:
            found.add("sudo-nopasswd")
    last = {}
    for line in read.get("Defaults", []):
        for option in line["Options"]:
            last.update({(json.dumps(line.get("Binding")), name): value for name, value in option.items()})
    for (binding, name), value in last.items():
        if binding == json.dumps([{"username": "root"}]):
            continue
        if name == "authenticate" and value is False:
            found.add("sudo-no-authenticate")
        if name == "exempt_group" and value not in (False, ""):
            found.add("sudo-exempt-group")
    return found


def what_check_reads(root):
    said = json.loads(enroll.run("check", "--root", root, "--service", "sudo", "--json").stdout)
    return {entry["id"] for entry in said["findings"]} & FOUND


def test_sudoers_at_random_are_read_as_sudo_reads_them(case):
    dice = random.Random(16)
    with tempfile.TemporaryDirectory() as root:
        path = Path(root, "etc/sudoers")
        path.parent.mkdir()
        compared = 0
        found = set()
        while compared < FILES:
            path.write_text(HEAD + "".join(f"{entry(dice)}\n" for _ in range(dice.randint(1, 3))))
            path.chmod(0o440)
            wanted = what_sudo_reads(path)
            if wanted is None:
                continue
            compared += 1
            found |= wanted
            assert what_check_reads(root) == wanted, (path.read_text(), wanted)
        transcript.take()
        assert found == FOUND, found
