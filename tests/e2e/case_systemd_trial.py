# SPDX-License-Identifier: BSD-2-Clause
"""The units that put back what enable has changed on trial. How they do it is in case_trial and tests/package/switch."""

import time

from e2e import enroll, product, units
from e2e.case_enable import TREES, enable, ready
from e2e.case_trial import TRYING, read_only
from e2e.checks import exits, soon

LAYER = "systemd"
SYSTEMD = True

WAITS = "mfa-try.service"
AT_START = "mfa-rollback.service"


def test_what_a_start_could_not_put_back_is_put_back_later(case):
    """The disk is read-only until somebody has repaired it."""
    with ready():
        before = product.tree(*TREES)
        exits(enable("--only", "login", "--try", "10s"), 0)
        units.systemctl("stop", WAITS)
        time.sleep(10)  # another boot is over as well
        with read_only("/etc"):
            units.run(["systemctl", "start", AT_START])
            assert units.state(AT_START) == "failed" and TRYING.exists()
            soon(lambda: units.state(WAITS) == "active")
        soon(lambda: not TRYING.exists(), seconds=25)
        assert product.tree(*TREES) == before
        soon(lambda: units.state(WAITS) == "inactive")
        units.systemctl("reset-failed", AT_START)
        exits(enroll.run("enable", "--roll-back"), 1, "nothing is on trial")


def test_another_target_does_not_end_the_waiting(case):
    assert units.systemctl("show", "-p", "IgnoreOnIsolate", "--value", WAITS).strip() == "yes"
