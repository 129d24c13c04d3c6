# SPDX-License-Identifier: BSD-2-Clause
"""The long form of logins while mfa-authd is restarted."""

from e2e import restarts

LONG = True


def test_a_thousand_logins_and_twenty_restarts(case):
    restarts.logins_go_on(case, people=4, logins=250, count=20)
