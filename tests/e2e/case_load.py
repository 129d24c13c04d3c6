# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd when very many log in at once: who is served, and who waits."""

import socket

from e2e import authd, enroll, pamconf, programs
from e2e.authd_client import FULL, HELLO
from e2e.checks import let_in, refused
from e2e.console import communicate, su_at, virtual_terminal
from e2e.entry_points import stranger

PLACES, SHARED = 512, 342


def connect():
    """A connection of root's, from outside of any terminal; with its greeting."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(20)
    connection.connect(str(authd.SOCKET))
    return connection, connection.recv(100)


def hang_up(connections):
    for connection, _ in connections:
        connection.close()


def test_a_third_of_the_places_is_kept_for_this_machines_terminals(case):
    taro, token = enroll.person(kind="hotp")
    jiro = stranger()
    with virtual_terminal() as path, pamconf.wired("su"):
        kept = [connect() for _ in range(PLACES)]
        greetings = [greeting for _, greeting in kept]
        assert greetings == [HELLO] * SHARED + [FULL] * (PLACES - SHARED)
        refused(programs.su(taro, [taro.password], caller=jiro), prompts=1)
        assert case.log(r"pam_mfa\(su:auth\): .*too many logins at once")
        status, out = communicate(su_at(path, taro, jiro), taro.password, token.next())
        assert status == 0 and f"logged in as {taro.name}\n" in out, out
        hang_up(kept)
        let_in(programs.su(taro, [taro.password, token.next()], caller=jiro))
