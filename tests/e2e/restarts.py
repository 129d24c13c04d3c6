# SPDX-License-Identifier: BSD-2-Clause
"""Logins while mfa-authd is restarted, as planned."""

import threading
import time

from e2e import audit, authd, enroll, pam


def logins_go_on(case, people, logins, count):
    """At the question, before it, and behind it: none fails, and nobody is asked twice."""
    persons = [enroll.person(kind="hotp") for _ in range(people)]
    replies = []

    def log_in(user, codes):
        replies.append(pam.call(user, codes, calls=["authenticate"] * len(codes), pause=0.05))

    with pam.module_alone():
        threads = [threading.Thread(target=log_in, args=(user, [token.next() for _ in range(logins)]))
                   for user, token in persons]
        for thread in threads:
            thread.start()
        done = 0
        while done < count or any(thread.is_alive() for thread in threads):
            if done < count:
                authd.restart()
                done += 1
            time.sleep(0.2)
        for thread in threads:
            thread.join()
    for reply in replies:
        assert reply.results == [pam.SUCCESS] * logins and len(reply.prompts) == logins, reply
    assert len(replies) == people and len(case.log("result=allowed reason=code-right")) == people * logins
    assert not case.log(r"pam_mfa\(.*result=(?!allowed)")
    audit.check_chain()
