# SPDX-License-Identifier: BSD-2-Clause
"""Servers other than sshd."""

import ftplib
import subprocess
import time
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import rfb
from e2e.desktop import display, until
from e2e.users import give
from capture_root import CLIENT, PASSWORD, SERVER, run


XSESSION = """#!/bin/bash
script -qc 'su hanako' /dev/null &
(sleep 1; i3lock -n) &
(sleep 3; xdotool type wrong; xdotool key Return) &
sleep 600
"""


def start_unit(unit, *argv):
    """A server that its package gives no unit: a system service all the same."""
    run("systemd-run", f"--unit={unit}", *argv)


def connects(client, *address):
    with suppress(ConnectionRefusedError):
        return client.connect(*address, 10)
    return None


def scene_tigervnc(root):
    start_unit("vnc", "Xtigervnc", ":5", "-interface", SERVER, "-SecurityTypes", "Plain", "-PlainUsers", "taro")
    with until(lambda: connect_rfb(5905), "Xtigervnc") as client:
        client.login_plain("taro", PASSWORD)
        root.keep("tigervnc-plain", "tigervnc-standalone-server",
                   "Xtigervnc -SecurityTypes Plain as a system service, a VNC client", "remote", program="Xtigervnc", service="vnc")


VNC_SETTINGS = """$SecurityTypes = "Plain";
$PlainUsers = "taro";
$localhost = "no";
$session = undef;
1;
"""


def scene_tigervncserver(root):
    """Debian's unit of a user's desktop; its session goes through PAM, too."""
    Path("/etc/tigervnc/vncserver-config-defaults").write_text(VNC_SETTINGS)
    Path("/etc/tigervnc/vncserver.users").write_text(":6=taro\n")
    give(root.taro, ".vnc/xstartup", XSESSION, 0o700)
    run("systemctl", "start", "--no-block", "tigervncserver@:6")
    how = "tigervncserver@:6.service, a VNC client"
    with until(lambda: connect_rfb(5906), "tigervncserver") as client:
        client.login_plain("taro", PASSWORD)
        root.keep("tigervncserver", "tigervnc-standalone-server", how, "remote", program="Xtigervnc",
                   service="tigervnc", note="tigervncsession itself tells PAM 203.0.113.20 for every client")
        root.keep("su-in-tigervncserver", "util-linux", f"{how}; there su hanako on a pseudo-terminal", "remote",
                   service="su")
        root.keep("i3lock-in-tigervncserver", "i3lock", f"{how}; there i3lock", "remote", service="i3lock")


def scene_x11vnc(root):
    """As a system service, for the login screen: it runs su to look at a password."""
    with display(8) as screen:
        start_unit("x11vnc", "x11vnc", "-display", screen.name, "-unixpw", "taro", "-listen", SERVER, "-rfbport", "5908",
              "-unixpw_unsafe", "-noshm", "-forever")
        client = until(lambda: connect_rfb(5908), "x11vnc")
        with client:
            client.choose(rfb.NONE)
            client.begin()
            client.type("taro")
            time.sleep(1)
            client.type(PASSWORD)
            root.keep("su-by-x11vnc", "util-linux", "x11vnc -unixpw as a system service, a VNC client", "remote",
                       service="su")


def connect_rfb(port):
    with suppress(ConnectionRefusedError):
        return rfb.Client(SERVER, port, CLIENT)
    return None


def scene_saslauthd(root):
    with open("/etc/default/saslauthd", "a") as settings:
        settings.write("START=yes\n")
    run("systemctl", "start", "saslauthd")
    until(lambda: Path("/var/run/saslauthd/mux").exists(), "saslauthd")
    run("testsaslauthd", "-u", "taro", "-p", PASSWORD, "-s", "imap")
    root.keep("saslauthd-imap", "sasl2-bin", "saslauthd -a pam, testsaslauthd -s imap", "remote",
               service="imap", note="no file of its own in pam.d: other")
    root.keep("saslauthd-imap-account", "sasl2-bin", "saslauthd -a pam, testsaslauthd -s imap", "remote",
               service="imap", phase="account", note="no file of its own in pam.d: other")


def scene_vsftpd(root):
    Path("/etc/vsftpd.conf").write_text(
        f"listen=YES\nlisten_ipv6=NO\nlisten_address={SERVER}\nlocal_enable=YES\npam_service_name=vsftpd\n"
        "secure_chroot_dir=/var/run/vsftpd/empty\nseccomp_sandbox=NO\n")
    run("systemctl", "start", "vsftpd")
    with suppress(ftplib.Error, EOFError):
        client = ftplib.FTP(source_address=(CLIENT, 0))
        until(lambda: connects(client, SERVER, 21), "vsftpd")
        client.login("taro", PASSWORD)
    root.keep("vsftpd", "vsftpd", "an FTP client", "remote", service="vsftpd")


def scene_cockpit(root):
    Path("/etc/cockpit").mkdir(exist_ok=True)
    Path("/etc/cockpit/cockpit.conf").write_text("[WebService]\nAllowUnencrypted=true\n")
    # cockpit runs its bridge by the person's shell: this one begins su as well.
    shell = Path("/var/spy/shell")
    shell.write_text("#!/bin/bash\nscript -qc 'su hanako' /dev/null </dev/null >/dev/null 2>&1 &\nexec bash \"$@\"\n")
    shell.chmod(0o755)
    run("usermod", "-s", shell, "taro")
    drop = Path("/etc/systemd/system/cockpit.socket.d")
    drop.mkdir(parents=True)
    (drop / "listen.conf").write_text(f"[Socket]\nListenStream=\nListenStream={SERVER}:9090\nExecStartPost=\nExecStopPost=\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "cockpit.socket")
    words = b64encode(f"taro:{PASSWORD}".encode()).decode()
    run("curl", "-s", "-S", "--interface", CLIENT, "-H", f"Authorization: Basic {words}",
        f"http://{SERVER}:9090/cockpit/login")
    how = "cockpit-ws, a login by the browser's request"
    root.keep("cockpit-session", "cockpit-ws", how, "remote", program="cockpit-session", service="cockpit")
    root.keep("cockpit-session-account", "cockpit-ws", how, "remote", program="cockpit-session", service="cockpit", phase="account")
    root.keep("su-in-cockpit", "util-linux", f"{how}; there su hanako on a pseudo-terminal", "remote", service="su")


def scene_xrdp(root):
    Path("/var/log/xrdp.log").touch()
    run("chown", "xrdp", "/var/log/xrdp.log")
    run("usermod", "-aG", "ssl-cert", "xrdp")
    run("systemctl", "start", "xrdp-sesman", "xrdp")
    until(lambda: "starting xrdp with pid" in Path("/var/log/xrdp.log").read_text(), "xrdp")
    give(root.taro, ".xsession", XSESSION, 0o700)
    with display(9) as screen:
        client = ["xfreerdp", f"/v:{SERVER}", "/u:taro", f"/p:{PASSWORD}", "/cert:ignore", "/sec:tls"]
        subprocess.Popen(client, env={**screen.env, "HOME": "/root"}, stdout=subprocess.DEVNULL)
        how = "xrdp and its sesman, a session of the type Xorg, xfreerdp"
        root.keep("xrdp-sesman", "xrdp", how, "remote", program="xrdp-sesman", service="xrdp-sesman")
        root.keep("xrdp-sesman-account", "xrdp", how, "remote", program="xrdp-sesman", service="xrdp-sesman", phase="account")
        root.keep("su-in-xrdp", "util-linux", f"{how}; there su hanako on a pseudo-terminal", "remote",
                   service="su")
        root.keep("i3lock-in-xrdp", "i3lock", f"{how}; there i3lock", "remote", service="i3lock")
