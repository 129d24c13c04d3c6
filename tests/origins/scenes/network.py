# SPDX-License-Identifier: BSD-2-Clause
"""Logins over the network, and what is done in their sessions."""

import subprocess

from e2e import terminal
from capture_root import PASSWORD, run


def Terminal(argv):
    return terminal.Terminal(argv, env={"TERM": "xterm"})


def scene_sshd(root):
    root.start_sshd()
    with Terminal(root.ssh("sleep 1", methods="keyboard-interactive", user="hanako")) as client:
        client.expect("assword")
        client.answer(PASSWORD)
        root.keep("sshd-keyboard-interactive", "openssh-server",
                   "ssh, keyboard-interactive: the child of the monitor", "remote", service="sshd")
        root.keep("sshd-keyboard-interactive-account", "openssh-server",
                   "ssh, keyboard-interactive: the same child", "remote", service="sshd", phase="account")
    with Terminal(root.ssh("sleep 1", address="127.0.0.1")):
        root.keep("sshd-publickey-localhost", "openssh-server",
                   "ssh 127.0.0.1, a public key alone: the monitor", "remote", service="sshd", phase="account")
    with Terminal(root.ssh("sleep 1")):
        root.keep("sshd-publickey", "openssh-server",
                   "ssh, a public key alone: the monitor", "remote", service="sshd", phase="account")


def scene_in_ssh(root):
    root.start_sshd()
    with Terminal(root.ssh("su hanako")):
        root.keep("su-in-ssh", "util-linux", "ssh taro@..., su hanako", "remote", service="su")
    with Terminal(root.ssh("sudo true")):
        root.keep("sudo-in-ssh", "sudo", "ssh taro@..., sudo true", "remote", service="sudo")
    with Terminal(root.ssh("script -qc 'su hanako' /dev/null")):
        root.keep("su-in-ssh-on-another-terminal", "util-linux",
                   "ssh taro@..., script -c 'su hanako': a terminal that no login wrote down", "remote", service="su")
    with Terminal(root.ssh("systemd-run --user --pty su hanako")):
        root.keep("su-in-ssh-systemd-run", "util-linux",
                   "ssh taro@..., systemd-run --user --pty su hanako", "remote", service="su")
    with Terminal(root.ssh("vlock -c")) as client:
        client.expect(r"\[ENTER\]")
        client.press("\n")
        root.keep("vlock-in-ssh", "vlock", "ssh taro@..., vlock -c", "remote", note="no file of its own in pam.d: other", service="vlock")
    with Terminal(root.ssh("tmux new-session 'sudo true'")):
        root.keep("sudo-in-ssh-tmux", "sudo", "ssh taro@..., tmux, sudo true", "remote", service="sudo")
    with Terminal(root.ssh("tmux new-session -d 'sleep 1; su hanako'")) as client:
        client.wait()
    root.keep("su-in-ssh-tmux-left", "util-linux",
               "ssh taro@..., tmux new-session -d, the ssh session ended, su hanako", "remote", service="su")
    with Terminal(root.ssh("screen -m sh -c 'su hanako'")):
        root.keep("su-in-ssh-screen", "util-linux", "ssh taro@..., screen, su hanako", "remote", service="su")
    with Terminal(root.ssh("sudo su hanako")) as client:
        client.expect("assword")
        client.answer(PASSWORD)
        root.keep("su-in-ssh-by-root", "util-linux", "ssh taro@..., sudo su hanako", "remote", service="su")


def scene_at(root):
    root.start_sshd()
    run("systemctl", "start", "atd")
    with Terminal(root.ssh("echo \"script -qc 'su hanako' /dev/null\" | at now")) as client:
        client.wait()
    root.keep("su-in-at", "util-linux", "ssh taro@..., at now: su hanako on a pseudo-terminal", "remote", service="su")
    root.keep("at-account", "at", "ssh taro@..., at now", "remote", service="atd", phase="account")


def scene_cron(root):
    subprocess.run(["crontab", "-u", "taro", "-"], input="@reboot script -qc 'su hanako' /dev/null\n", text=True, check=True)
    run("systemctl", "start", "cron")
    root.keep("su-in-cron", "util-linux", "a crontab of taro's: su hanako on a pseudo-terminal", "remote", service="su")
    root.keep("cron-account", "cron", "a crontab of taro's", "remote", service="cron", phase="account")


def scene_vnc_in_ssh(root):
    """A desktop that somebody starts from far away, with a locker in it."""
    root.start_sshd()
    with Terminal(root.ssh("Xtigervnc :5 -SecurityTypes None & sleep 1; export DISPLAY=:5; i3lock -n & "
                            "sleep 2; xdotool type wrong; xdotool key Return; sleep 60")):
        root.keep("i3lock-in-vnc", "i3lock", "ssh taro@..., Xtigervnc, there i3lock", "remote", service="i3lock")


def scene_polkit_in_ssh(root):
    root.start_sshd()
    run("systemctl", "start", "polkit")
    with Terminal(root.ssh("pkttyagent --process $$ & sleep 1; pkexec --disable-internal-agent true; true")):
        root.keep("polkit-agent-helper-in-ssh", "polkitd", "ssh taro@..., pkttyagent and pkexec", "remote",
                   program="polkit-agent-helper-1", service="polkit-1")
