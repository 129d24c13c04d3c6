# SPDX-License-Identifier: BSD-2-Clause
"""No network: nothing needs one, and nothing asks for one."""

import ctypes
import errno
import os
import re
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import enroll, pam, pamconf, programs, straced, users
from e2e.checks import let_in, refused
from e2e.entry_points import stranger

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "namespace")


@contextmanager
def no_network():
    """What is started in the block has no network, not even a loopback that is up."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    check(libc.unshare(CLONE_NEWNET))
    try:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", 1)) == errno.ENETUNREACH
        yield
    finally:
        check(libc.setns(home, CLONE_NEWNET))
        os.close(home)


def traced(name, calls):
    """strace for what follows it, and where it writes."""
    path = Path(f"/tmp/{name}.strace")
    return straced.command(path, calls), path


def sockets(path):
    """The address families that were asked for."""
    return set(re.findall(r"socket\((\w+)", straced.text(path)))


def test_enrolment_and_logins_need_no_network(case):
    taro = users.new()
    with no_network():
        done = enroll.add(taro)
        assert done.status == 0, done
        with pamconf.wired("login", "su", "sudo"):
            let_in(programs.login(taro, [taro.password, done.token.next()]))
            let_in(programs.su(taro, [taro.password, done.token.next()], caller=stranger()))
            let_in(programs.sudo(taro, [taro.password, done.token.next()]))
            refused(programs.su(taro, [taro.password, done.token.wrong()], caller=stranger()))


def test_the_trace_can_see_a_socket(case):
    wrapper, path = traced("positive", "network")
    program = "import socket; socket.socket(); socket.socket(socket.AF_INET6)"
    subprocess.run([*wrapper, "python3", "-c", program], check=True)
    assert sockets(path) >= {"AF_INET", "AF_INET6"}


def test_enrolment_opens_no_internet_socket(case):
    taro = users.new()
    wrapper, path = traced("enrol", "network")
    assert enroll.add(taro, wrapper=wrapper).status == 0
    # syslog is there to be seen.
    assert sockets(path) == {"AF_UNIX"}, sockets(path)


def test_login_opens_no_internet_socket(case):
    taro, token = enroll.person()
    wrapper, path = traced("login", "network")
    with pamconf.wired("login"):
        let_in(programs.login(taro, [taro.password, token.next()], wrapper))
    seen = sockets(path)
    assert "AF_UNIX" in seen and not seen & {"AF_INET", "AF_INET6"}, seen
    with pam.module_alone():
        # libpam itself tells the kernel's audit over netlink.
        wrapper, path = traced("module", "network")
        assert pam.call(taro, [token.next()], wrapper=wrapper).code == pam.SUCCESS
    assert sockets(path) <= {"AF_UNIX", "AF_NETLINK"}, sockets(path)
