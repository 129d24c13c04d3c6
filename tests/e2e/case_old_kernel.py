# SPDX-License-Identifier: BSD-2-Clause
"""mfa-authd where the kernel does not say which process has connected a socket."""

from pathlib import Path

from e2e import authd, case_hostile, enroll, pamconf, programs
from e2e.checks import let_in
from e2e.entry_points import stranger


def test_logins_work(case):
    taro, token = enroll.person(kind="hotp")
    calls = Path("/tmp/calls")
    with authd.on_old_kernel(), pamconf.wired("su"):
        with authd.traced(calls, "-e", "trace=pidfd_open", only=authd.pid()):
            let_in(programs.su(taro, [taro.password, token.next()], caller=stranger()))
    assert "pidfd_open" in calls.read_text()


def test_a_socket_that_a_user_connected_stays_the_users(case):
    with authd.on_old_kernel():
        case_hostile.test_a_socket_that_a_user_connected_stays_the_users(case)


def test_a_process_that_is_gone_is_at_no_seat_and_another_of_its_number_is_not_it(case):
    with authd.on_old_kernel():
        case_hostile.test_a_process_that_is_gone_is_at_no_seat_and_another_of_its_number_is_not_it(case)
