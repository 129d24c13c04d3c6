# SPDX-License-Identifier: BSD-2-Clause
"""The units that put back what enable has changed on trial. How they do it is in case_trial and tests/package/switch."""

import shutil
import time
from contextlib import contextmanager
from pathlib import Path

from e2e import enroll, product, units
from e2e.case_enable import TREES, enable, ready
from e2e.case_trial import TRYING, read_only
from e2e.checks import exits, soon

LAYER = "systemd"
SYSTEMD = True

WAITS = "mfa-try.service"
AT_START = "mfa-rollback.service"


@contextmanager
def stoppable():
    """Else nobody stops what waits."""
    drop_in = Path(f"/run/systemd/system/{WAITS}.d/stoppable.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Unit]\nRefuseManualStop=no\n")
    units.systemctl("daemon-reload")
    yield
    shutil.rmtree(drop_in.parent)
    units.systemctl("daemon-reload")


def test_what_a_start_could_not_put_back_is_put_back_later(case):
    """The disk is read-only until somebody has repaired it."""
    with ready():
        before = product.tree(*TREES)
        exits(enable("--only", "login", "--try", "10s"), 0)
        with stoppable():
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
        exits(enroll.run("enable", "--roll-back"), 1, "too late: the trial of")


def test_another_target_does_not_end_the_waiting(case):
    assert units.systemctl("show", "-p", "IgnoreOnIsolate", "--value", WAITS).strip() == "yes"
