# SPDX-License-Identifier: BSD-2-Clause
"""What a module costs the program that loads it."""

import re
import statistics

from . import people, places, stacks, table, verify

LIMIT = 120_000
UNWANTED = re.compile(r"/lib(crypto|ssl|usb|udev|ykpers|curl|pq|json|jansson|yajl)[-.0-9a-z]*\.so")
RUNS = 9


def _login(service, *words):
    """Libraries mapped, the peak of memory in kB, and microseconds."""
    lines = stacks.program("load", service, *words)
    if ["accepted"] not in lines:
        raise SystemExit(f"bench: {service}: a right code was refused")
    libraries = {line[1] for line in lines if line[0] == "library"}
    facts = {line[0]: int(line[1]) for line in lines if line[0] in ("VmHWM:", "microseconds")}
    return libraries, facts["VmHWM:"], facts["microseconds"]


class Subject:
    def __init__(self, title, service, stack=None):
        self.title = title
        self.service = service
        self.stack = stack

    def prepare(self):
        """Enrols anew, so that the code of now is right."""
        if self.stack is None:
            return "root", "-"
        user = places.user("bench-totp")
        self.stack.select()
        self.stack.enrol("totp", user)
        stacks.wait_for_step()
        return user, stacks.code("totp")

    def measure(self):
        self.instructions = people.instructions((self.service, *self.prepare()))
        peaks, times = [], []
        for _ in range(RUNS):
            self.libraries, peak, us = _login(self.service, *self.prepare())
            peaks.append(peak)
            times.append(us)
        self.peak = statistics.median(peaks)
        self.us = statistics.median(times)


def load_only(name):
    stacks.write(f"load-{name}", "pam_permit.so", f"pam_{name}.so")
    return Subject(f"pam_{name}, loaded only", f"load-{name}")


def measure(place, budgets):
    base = Subject("", "permit")
    subjects = []
    for kind in verify.KINDS:
        stack = kind(place)
        subjects.append(Subject(f"{stack.title}, TOTP login", stack.service, stack))
    subjects += [load_only("unix"), load_only("yubico")]
    for subject in [base, *subjects]:
        subject.measure()
    print("Load cost: a program with one login, less the same program with pam_permit "
          f"({base.instructions:,} instructions).\nInstructions as callgrind counts them; "
          "libraries and peak of memory (VmHWM) in the process itself.\n")
    table.show("in one process", ("", "instructions", "libraries", "peak memory"),
               [(subject.title, f"{subject.instructions - base.instructions:,}",
                 f"{len(subject.libraries - base.libraries)}",
                 f"{subject.peak - base.peak:,.0f} kB")
                for subject in subjects])
    ours = subjects[0]
    brought = sorted(path.rsplit("/", 1)[1] for path in ours.libraries - base.libraries)
    print(f"pam_mfa brings {', '.join(brought)}.\n")
    judge(ours, base, budgets)


def judge(ours, base, budgets):
    """What a TOTP user's login may cost."""
    cost = ours.instructions - base.instructions
    budgets.add("instructions of load and a login", f"{cost:,}", f"{LIMIT:,}", cost <= LIMIT)
    unwanted = [path for path in ours.libraries if UNWANTED.search(path)]
    budgets.add("libcrypto, libusb, libudev, libykpers, libcurl, libpq, json", str(len(unwanted)), "0", not unwanted)
