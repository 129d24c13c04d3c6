# SPDX-License-Identifier: BSD-2-Clause
"""Logins over the network, and what is done in their sessions."""

import subprocess

from e2e import terminal
from stage import PASSWORD, run


def Terminal(argv):
    return terminal.Terminal(argv, env={"TERM": "xterm"})


def scene_sshd(stage):
    stage.start_sshd()
    with Terminal(stage.ssh("sleep 1", methods="keyboard-interactive", user="hanako")) as client:
        client.expect("assword")
        client.answer(PASSWORD)
        stage.keep("sshd-keyboard-interactive", "openssh-server",
                   "ssh, keyboard-interactive: the child of the monitor", "remote", service="sshd")
        stage.keep("sshd-keyboard-interactive-account", "openssh-server",
                   "ssh, keyboard-interactive: the same child", "remote", service="sshd", phase="account")
    with Terminal(stage.ssh("sleep 1", address="127.0.0.1")):
        stage.keep("sshd-publickey-localhost", "openssh-server",
                   "ssh 127.0.0.1, a public key alone: the monitor", "remote", service="sshd", phase="account")
    with Terminal(stage.ssh("sleep 1")):
        stage.keep("sshd-publickey", "openssh-server",
                   "ssh, a public key alone: the monitor", "remote", service="sshd", phase="account")


def scene_in_ssh(stage):
    stage.start_sshd()
    with Terminal(stage.ssh("su hanako")):
        stage.keep("su-in-ssh", "util-linux", "ssh taro@..., su hanako", "remote", service="su")
    with Terminal(stage.ssh("sudo true")):
        stage.keep("sudo-in-ssh", "sudo", "ssh taro@..., sudo true", "remote", service="sudo")
    with Terminal(stage.ssh("script -qc 'su hanako' /dev/null")):
        stage.keep("su-in-ssh-on-another-terminal", "util-linux",
                   "ssh taro@..., script -c 'su hanako': a terminal that no login wrote down", "remote", service="su")
    with Terminal(stage.ssh("systemd-run --user --pty su hanako")):
        stage.keep("su-in-ssh-systemd-run", "util-linux",
                   "ssh taro@..., systemd-run --user --pty su hanako", "remote", service="su")
    with Terminal(stage.ssh("vlock -c")) as client:
        client.expect(r"\[ENTER\]")
        client.press("\n")
        stage.keep("vlock-in-ssh", "vlock", "ssh taro@..., vlock -c", "remote", note="no file of its own in pam.d: other", service="vlock")
    with Terminal(stage.ssh("tmux new-session 'sudo true'")):
        stage.keep("sudo-in-ssh-tmux", "sudo", "ssh taro@..., tmux, sudo true", "remote", service="sudo")
    with Terminal(stage.ssh("tmux new-session -d 'sleep 1; su hanako'")) as client:
        client.wait()
    stage.keep("su-in-ssh-tmux-left", "util-linux",
               "ssh taro@..., tmux new-session -d, the ssh session ended, su hanako", "remote", service="su")
    with Terminal(stage.ssh("screen -m sh -c 'su hanako'")):
        stage.keep("su-in-ssh-screen", "util-linux", "ssh taro@..., screen, su hanako", "remote", service="su")
    with Terminal(stage.ssh("sudo su hanako")) as client:
        client.expect("assword")
        client.answer(PASSWORD)
        stage.keep("su-in-ssh-by-root", "util-linux", "ssh taro@..., sudo su hanako", "remote", service="su")


def scene_at(stage):
    stage.start_sshd()
    run("systemctl", "start", "atd")
    with Terminal(stage.ssh("echo \"script -qc 'su hanako' /dev/null\" | at now")) as client:
        client.wait()
    stage.keep("su-in-at", "util-linux", "ssh taro@..., at now: su hanako on a pseudo-terminal", "remote", service="su")
    stage.keep("at-account", "at", "ssh taro@..., at now", "remote", service="atd", phase="account")


def scene_cron(stage):
    subprocess.run(["crontab", "-u", "taro", "-"], input="@reboot script -qc 'su hanako' /dev/null\n", text=True, check=True)
    run("systemctl", "start", "cron")
    stage.keep("su-in-cron", "util-linux", "a crontab of taro's: su hanako on a pseudo-terminal", "remote", service="su")
    stage.keep("cron-account", "cron", "a crontab of taro's", "remote", service="cron", phase="account")


def scene_vnc_in_ssh(stage):
    """A desktop that somebody starts from far away, with a locker in it."""
    stage.start_sshd()
    with Terminal(stage.ssh("Xtigervnc :5 -SecurityTypes None & sleep 1; export DISPLAY=:5; i3lock -n & "
                            "sleep 2; xdotool type wrong; xdotool key Return; sleep 60")):
        stage.keep("i3lock-in-vnc", "i3lock", "ssh taro@..., Xtigervnc, there i3lock", "remote", service="i3lock")


def scene_polkit_in_ssh(stage):
    stage.start_sshd()
    run("systemctl", "start", "polkit")
    with Terminal(stage.ssh("pkttyagent --process $$ & sleep 1; pkexec --disable-internal-agent true; true")):
        stage.keep("polkit-agent-helper-in-ssh", "polkitd", "ssh taro@..., pkttyagent and pkexec", "remote",
                   program="polkit-agent-helper-1", service="polkit-1")
