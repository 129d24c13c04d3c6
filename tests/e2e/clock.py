# SPDX-License-Identifier: BSD-2-Clause
"""A clock that is wrong: what every program that starts in the block takes for the time, and mfa-authd."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from e2e import authd, product

LIBRARY = Path("/usr/local/lib/wrong-clock.so")
SOURCE = r"""
#include <stdio.h>
#include <time.h>
time_t time(time_t *ret)
{
	struct timespec now;
	long off = 0;
	FILE *file = fopen("/run/wrong-clock", "re");
	if (file != NULL && fscanf(file, "%ld", &off) != 1)
		off = 0;
	if (file != NULL)
		fclose(file);
	clock_gettime(CLOCK_REALTIME, &now);
	if (ret != NULL)
		*ret = now.tv_sec + off;
	return now.tv_sec + off;
}
"""


@contextmanager
def off_by(seconds):
    """The clock is so many seconds ahead. This process itself goes by the right one."""
    if not LIBRARY.exists():
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-x", "c", "-o", LIBRARY, "-"],
                       input=SOURCE, text=True, check=True)
    with product.written("/run/wrong-clock", f"{seconds}\n") as offset, \
            product.written("/etc/ld.so.preload", f"{LIBRARY}\n") as preload:
        offset.chmod(0o644)
        preload.chmod(0o644)
        authd.restart()
        try:
            yield
        finally:
            preload.write_text("")
            authd.restart()


def step(seconds):
    """Within the block: from now on it is off by so many seconds, also for what runs already."""
    Path("/run/wrong-clock").write_text(f"{seconds}\n")
