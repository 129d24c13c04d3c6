# SPDX-License-Identifier: BSD-2-Clause
"""su by another user: every state of the target's authenticator."""

from e2e import programs, entry_points
from e2e.checks import refused
from e2e.entry_points import SU


def test_su_lets_in_with_password_and_code(case):
    entry_points.lets_in_with_password_and_code(SU, case)


def test_su_refuses_wrong_password_with_right_code(case):
    entry_points.refuses_wrong_password_with_right_code(SU, case)


def test_su_refuses_wrong_used_and_old_codes(case):
    entry_points.refuses_wrong_used_and_old_codes(SU, case)


def test_su_refuses_the_unenrolled(case):
    entry_points.refuses_the_unenrolled(SU, case)


def test_su_refuses_the_unknown(case):
    with SU.open():
        # su looks the name up itself, before it asks anything.
        refused(programs.su("nobody-here", [], caller=entry_points.stranger()), 0)
    assert not case.log("nobody-here .*pam_mfa")


def test_su_refuses_the_suspended_until_resumed(case):
    entry_points.refuses_the_suspended_until_resumed(SU, case)


def test_su_refuses_the_locked_until_unlocked(case):
    entry_points.refuses_the_locked_until_unlocked(SU, case)


def test_su_lock_ends_by_itself(case):
    entry_points.lock_ends_by_itself(SU, case)
