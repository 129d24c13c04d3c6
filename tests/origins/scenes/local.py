# SPDX-License-Identifier: BSD-2-Clause
"""A login on a virtual terminal of this machine, and what is done in its session."""

from e2e.terminal import Terminal
from capture_root import PASSWORD, Console, run


def scene_login(root):
    console = Console()
    console.login()
    root.keep("login-on-a-console", "login", "getty and login on a virtual terminal", "local", service="login")
    root.keep("login-on-a-console-account", "login", "getty and login on a virtual terminal", "local",
               service="login", phase="account")


def scene_in_login(root):
    console = Console()
    console.login()
    console.send("su hanako")
    root.keep("su-on-a-console", "util-linux", "login on a virtual terminal, su hanako", "local", service="su")
    console.expect("Password: ")
    console.type(PASSWORD)
    console.expect(r"hanako@")
    console.send("su jiro")
    root.keep("su-on-a-console-of-another", "util-linux",
               "login of taro on a virtual terminal, su hanako, there su jiro", "local", service="su", user="jiro")
    console.expect("Password: ")
    console.type("wrong")
    console.expect("failure")
    console.send("exit")
    console.expect(r"taro@")
    console.send("sudo su hanako -c true")
    root.keep("sudo-on-a-console", "sudo", "login on a virtual terminal, sudo su hanako", "local", service="sudo")
    console.expect("assword")
    console.type(PASSWORD)
    root.keep("su-on-a-console-by-root", "util-linux", "login on a virtual terminal, sudo su hanako", "local",
               service="su", user="hanako")
    console.expect(r"taro@")
    console.send("vlock -c")
    console.expect(r"\[ENTER\]")
    console.type("")
    root.keep("vlock-on-a-console", "vlock", "login on a virtual terminal, vlock -c", "local", service="vlock",
               note="no file of its own in pam.d: other")
    console.expect("Password: ")
    console.type(PASSWORD)
    console.expect(r"taro@")
    console.send("systemd-run --user --pty su jiro")
    root.keep("su-on-a-console-systemd-run", "util-linux",
               "login on a virtual terminal, systemd-run --user --pty su jiro", "remote", service="su", user="jiro")


def scene_at_on_a_console(root):
    run("systemctl", "start", "atd")
    console = Console()
    console.login()
    console.send("echo \"script -qc 'su hanako' /dev/null\" | at now")
    root.keep("su-on-a-console-at", "util-linux", "login on a virtual terminal, at now: su hanako", "remote",
               service="su")


def scene_tmux_on_a_console(root):
    """What is begun at the machine, and gone on with from far away."""
    root.start_sshd()
    console = Console()
    console.login()
    console.send("tmux new-session -d")
    console.expect(r"\$ ")
    with Terminal(root.ssh("tmux attach"), env={"TERM": "xterm"}) as client:
        client.expect(r"\$ ")
        client.send("su hanako")
        root.keep("su-on-a-console-tmux-attached-in-ssh", "util-linux",
                   "login on a virtual terminal, tmux; ssh taro@..., tmux attach, su hanako", "local",
                   service="su", note="the person is elsewhere: nothing that the kernel or logind tell shows it")
