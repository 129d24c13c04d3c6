# SPDX-License-Identifier: BSD-2-Clause
"""login(1): every state of a person's authenticator."""

from e2e import entry_points
from e2e.entry_points import LOGIN


def test_login_lets_in_with_password_and_code(case):
    entry_points.lets_in_with_password_and_code(LOGIN, case)


def test_login_refuses_wrong_password_with_right_code(case):
    entry_points.refuses_wrong_password_with_right_code(LOGIN, case)


def test_login_refuses_wrong_used_and_old_codes(case):
    entry_points.refuses_wrong_used_and_old_codes(LOGIN, case)


def test_login_refuses_the_unenrolled(case):
    entry_points.refuses_the_unenrolled(LOGIN, case)


def test_login_refuses_the_unknown(case):
    entry_points.refuses_the_unknown(LOGIN, case)


def test_login_refuses_the_suspended_until_resumed(case):
    entry_points.refuses_the_suspended_until_resumed(LOGIN, case)


def test_login_refuses_the_locked_until_unlocked(case):
    entry_points.refuses_the_locked_until_unlocked(LOGIN, case)


def test_login_lock_ends_by_itself(case):
    entry_points.lock_ends_by_itself(LOGIN, case)
