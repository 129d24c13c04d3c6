# SPDX-License-Identifier: BSD-2-Clause
"""The same where systemd is not process 1: no logind, no control groups of sessions."""

import subprocess

from e2e import greeter
from e2e.terminal import Terminal
from scenes.desktop import Desktop
from capture_root import PASSWORD, Console, start

WITHOUT = "no systemd"


def scene_sshd_without_logind(root):
    root.start_sshd()
    with Terminal(root.ssh("su hanako")):
        root.keep("sshd-without-logind", "openssh-server", f"{WITHOUT}; ssh, a public key alone", "remote",
                   service="sshd", phase="account")
        root.keep("su-in-ssh-without-logind", "util-linux", f"{WITHOUT}; ssh taro@..., su hanako", "remote",
                   service="su")
    with Terminal(root.ssh("script -qc 'su hanako' /dev/null")):
        root.keep("su-in-ssh-on-another-terminal-without-logind", "util-linux",
                   f"{WITHOUT}; ssh taro@..., script -c 'su hanako'", "remote", service="su")
    with Terminal(root.ssh("tmux new-session 'su hanako'"), env={"TERM": "xterm"}):
        root.keep("su-in-ssh-tmux-without-logind", "util-linux", f"{WITHOUT}; ssh taro@..., tmux, su hanako",
                   "remote", service="su")


def scene_login_without_logind(root):
    console = Console()
    console.login()
    root.keep("login-on-a-console-without-logind", "login", f"{WITHOUT}; agetty and login on a virtual terminal",
               "local", service="login")
    console.send("su hanako")
    root.keep("su-on-a-console-without-logind", "util-linux",
               f"{WITHOUT}; login on a virtual terminal, su hanako", "local", service="su")
    console.expect("Password: ")
    console.type("wrong")
    console.expect("failure")
    console.send("sudo su hanako -c true")
    root.keep("sudo-on-a-console-without-logind", "sudo",
               f"{WITHOUT}; login on a virtual terminal, sudo su hanako", "local", service="sudo")
    console.expect("assword")
    console.type(PASSWORD)
    root.keep("su-on-a-console-by-root-without-logind", "util-linux",
               f"{WITHOUT}; login on a virtual terminal, sudo su hanako", "local", service="su",
               note="sudo's own pseudo-terminal; the parents are on the virtual terminal")


def scene_lightdm_without_logind(root):
    with greeter.bus():
        desk = Desktop(root)
        desk.login()
        root.keep("lightdm-greeter-without-logind", "lightdm", f"{WITHOUT}; the GTK greeter", "remote",
                   service="lightdm", note="a greeter on this machine, which nothing here proves")
        desk.do("script -qc 'su hanako' /dev/null")
        root.keep("su-in-lightdm-without-logind", "util-linux",
                   f"{WITHOUT}; a session from lightdm, su hanako on a pseudo-terminal", "remote", service="su",
                   note="a session on this machine, which nothing here proves")


def scene_cron_without_logind(root):
    subprocess.run(["crontab", "-u", "taro", "-"], input="@reboot script -qc 'su hanako' /dev/null\n", text=True,
                   check=True)
    start("cron", "cron", "-f")
    root.keep("su-in-cron-without-logind", "util-linux", f"{WITHOUT}; a crontab of taro's: su hanako", "remote",
               service="su")
