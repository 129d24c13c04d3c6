# SPDX-License-Identifier: BSD-2-Clause
"""People who log in while something else goes on."""

import threading
from contextlib import contextmanager

from e2e import enroll, pamconf, programs, ssh, units, users


def log_in_until(is_over, log_in, outcomes):
    """And twice when it is over."""
    user, token = enroll.person(kind="hotp")
    left = 2
    while left:
        left -= is_over.is_set()
        outcomes.append(log_in(user, [user.password, token.next()]))


@contextmanager
def people_logging_in():
    """By login, su and ssh, again and again within the block; none of them is refused."""
    is_over, outcomes = threading.Event(), ([], [], [])
    with pamconf.wired("login", "su", "sshd"), units.sshd():
        by = (ssh.login, programs.login, lambda user, answers: programs.su(user, answers, caller=users.new("jiro")))
        threads = [threading.Thread(target=log_in_until, args=(is_over, *pair)) for pair in zip(by, outcomes)]
        for thread in threads:
            thread.start()
        try:
            yield outcomes
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
    assert all(outcome.let_in for each in outcomes for outcome in each), outcomes
    assert all(len(each) > 2 for each in outcomes), [len(each) for each in outcomes]
