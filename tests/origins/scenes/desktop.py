# SPDX-License-Identifier: BSD-2-Clause
"""lightdm's greeters, and what is done in a session that began at one."""

import os
import time
from pathlib import Path

import rfb
from e2e import greeter
from e2e.desktop import until
from e2e.users import give
from capture_root import CLIENT, PAM, PASSWORD, SERVER, give_seat, has_systemd, run, start

VT = 7
FIFO = Path("/var/spy/do")
# Does in the session what is written into the pipe.
SESSION = f"""#!/bin/bash
exec 9<>{FIFO}
while read -r line <&9; do
	bash -c "$line" </dev/null >>/tmp/session.log 2>&1 9>&- &
done
"""


class Desktop(greeter.Greeter):
    """A session of taro that began at lightdm's greeter on the seat of this machine."""

    def __init__(self, root):
        super().__init__()
        self.root = root
        os.mkfifo(FIFO, 0o666)
        FIFO.chmod(0o666)
        greeter._prepare()
        Path("/tmp/lightdm/session").write_text(SESSION)
        Path("/etc/lightdm/lightdm.conf").write_text(
            greeter.SETTINGS.replace("minimum-vt=0", f"minimum-vt={VT}") + VNC)
        Path("/etc/X11/default-display-manager").write_text("/usr/sbin/lightdm\n")
        if has_systemd():
            give_seat(VT)
        start("lightdm", "lightdm")
        until(self.is_ready, "the greeter")

    def login(self):
        self.answer("taro")
        self.answer(PASSWORD)
        until(lambda: any(b"/var/spy/do" in path.read_bytes() or b"/tmp/lightdm/session" in path.read_bytes()
                          for path in Path("/proc").glob("[0-9]*/cmdline")), "the session")

    def do(self, line):
        with open(FIFO, "w") as pipe:
            pipe.write(line + "\n")


VNC = f"""
[VNCServer]
enabled=true
command=Xvnc -SecurityTypes None
port=5900
depth=24
listen-address={SERVER}
"""


def scene_lightdm(root):
    desk = Desktop(root)
    desk.login()
    root.keep("lightdm-greeter", "lightdm", "the GTK greeter on the seat, X on a virtual terminal", "local",
               service="lightdm")
    root.keep("lightdm-greeter-account", "lightdm", "the GTK greeter on the seat, X on a virtual terminal",
               "local", service="lightdm", phase="account")
    desk.do("XDG_SEAT_PATH=/org/freedesktop/DisplayManager/Seat0 dm-tool lock")
    until(lambda: len(desk.log("Greeter connected")) > 1, "the second greeter")
    root.forget()
    locked = greeter.Greeter()
    locked.name, locked.env["DISPLAY"], locked.env["XAUTHORITY"] = ":1", ":1", "/run/lightdm/root/:1"
    time.sleep(2)
    locked.type("taro")
    root.keep("lightdm-lock", "lightdm", "dm-tool lock in a session: another greeter on the seat", "local",
               service="lightdm")


def scene_lightdm_vnc(root):
    desk = Desktop(root)
    with rfb.Client(SERVER, 5900, CLIENT) as client:
        client.choose(rfb.NONE)
        client.begin()
        until(lambda: len(desk.log("Greeter connected")) > 1, "the greeter over VNC")
        time.sleep(2)
        client.type("taro")
        root.keep("lightdm-vnc", "lightdm",
                   "[VNCServer] of lightdm: a greeter over the network, while another one is on the seat", "remote",
                   service="lightdm", tty=":1")


def scene_in_lightdm(root):
    desk = Desktop(root)
    desk.login()
    desk.do("script -qc 'su hanako' /dev/null")
    root.keep("su-in-lightdm", "util-linux", "a session from lightdm, su hanako on a pseudo-terminal", "local",
               service="su")
    desk.do("systemd-run --user --pty su jiro")
    root.keep("su-in-lightdm-systemd-run", "util-linux",
               "a session from lightdm, systemd-run --user su jiro: as from terminals of some desktops", "remote",
               service="su", user="jiro")
    desk.do("i3lock -n")
    time.sleep(1)
    desk.type("wrong")
    root.keep("i3lock-in-lightdm", "i3lock", "a session from lightdm, i3lock", "local", service="i3lock")


XSCREENSAVER = "timeout: 9:00:00\nlock: True\nlockTimeout: 0:00:00\nsplash: False\nmode: blank\nfade: False\n"


def scene_xscreensaver(root):
    desk = Desktop(root)
    give(root.taro, ".xscreensaver", XSCREENSAVER)
    desk.login()
    desk.do("xscreensaver --no-splash")
    until(lambda: "XScreenSaver" in desk.run("xscreensaver-command", "-version").stdout, "xscreensaver")
    desk.do("xscreensaver-command -lock")
    time.sleep(1)
    desk.press("Shift_L")
    time.sleep(2)
    desk.type("wrong", 150)
    root.keep("xscreensaver-in-lightdm", "xscreensaver", "a session from lightdm, xscreensaver-command -lock", "local",
               service="xscreensaver")


def scene_xsecurelock(root):
    desk = Desktop(root)
    desk.login()
    root.spy_on(PAM / "common-auth")
    desk.do("xsecurelock")
    time.sleep(2)
    desk.press("Shift_L")
    time.sleep(1)
    desk.type("wrong", 150)
    root.keep("xsecurelock-in-lightdm", "xsecurelock", "a session from lightdm, xsecurelock", "local",
               service="common-auth", note="Debian builds it with the service common-auth")


# polkit asks the agent of the session: here the one for a terminal.
PKEXEC = "script -qc 'pkttyagent --process $$ & sleep 1; pkexec --disable-internal-agent true; true' /dev/null"


def scene_polkit(root):
    desk = Desktop(root)
    run("systemctl", "start", "polkit")
    desk.login()
    desk.do(PKEXEC)
    root.keep("polkit-agent-helper-in-lightdm", "polkitd", "a session from lightdm, pkttyagent and pkexec", "local",
               program="polkit-agent-helper-1", service="polkit-1")


def scene_vnc_in_lightdm(root):
    desk = Desktop(root)
    desk.login()
    desk.do(f"Xtigervnc :5 -interface {SERVER} -SecurityTypes Plain -PlainUsers taro")
    time.sleep(1)
    with rfb.Client(SERVER, 5905, CLIENT) as client:
        client.login_plain("taro", PASSWORD)
        root.keep("tigervnc-in-lightdm", "tigervnc-standalone-server",
                   "a session from lightdm, there Xtigervnc -SecurityTypes Plain, a VNC client", "remote",
                   program="Xtigervnc", service="vnc", note="a server in a session of the seat: the person is elsewhere")


def scene_x11vnc_in_lightdm(root):
    """The desktop of the seat, shown to somebody elsewhere: x11vnc runs su to look at a password."""
    desk = Desktop(root)
    desk.login()
    desk.do(f"x11vnc -display :0 -unixpw taro -listen {SERVER} -rfbport 5908 -unixpw_unsafe -noshm")
    time.sleep(2)
    with rfb.Client(SERVER, 5908, CLIENT) as client:
        client.choose(rfb.NONE)
        client.begin()
        client.type("taro")
        time.sleep(1)
        client.type(PASSWORD)
        root.keep("su-by-x11vnc-in-lightdm", "util-linux",
                   "a session from lightdm, there x11vnc -unixpw, a VNC client", "local", service="su",
                   note="the person is elsewhere: only the parent's name shows it")
