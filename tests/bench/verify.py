# SPDX-License-Identifier: BSD-2-Clause
"""One verification: pam_authenticate alone, beside what it cannot do without."""

from . import stacks, table

FLOORS = [("aead", "seal and open a record of 640 bytes"), ("hmac", "HMAC-SHA256 of the same"),
          ("validate", "liboath: validate over three steps")]
KINDS = [stacks.Ours, stacks.Oath, stacks.Google]
PART = {"disk": 1 / 5, "loop": 1 / 2}  # of either peer's
BARE = {"disk": 1.5, "loop": 2.0}  # of a bare write
MEMORY_US = 150  # where no disk is waited for


def measure(where, rounds, budgets):
    titles = {name: title for name, title in FLOORS}
    plan = [f"{name} {name}" for name, _ in FLOORS]
    titles["permit"] = "pam_permit"
    plan.append("permit login permit root none -")
    for place in where:
        plan.append(f"{place.name}.bare write {place.peers}/bare")
        plan.append(f"{place.name}.again rewrite {place.peers}/again")
        titles[f"{place.name}.bare"] = "bare pwrite(1024) + fdatasync, in place"
        titles[f"{place.name}.again"] = "the same, right after another"
        for way, title in (("parent", "a service that does nothing"),
                           ("direct", "the same, without a parent")):
            plan.append(f"{place.name}.{way} relay {place.peers}/{way} {way}")
            titles[f"{place.name}.{way}"] = title
        for kind in KINDS:
            for factor in ("totp", "hotp"):
                stack = _stack(kind, place, factor)
                plan.append(stacks.series(stack, factor))
                titles[f"{place.name}.{stack.name}.{factor}"] = f"{stack.title}, {factor.upper()}"
    stacks.wait_for_step()
    got = {name: (float(median), float(most), int(refused))
           for name, median, most, refused in stacks.program("login", rounds, *plan)}
    _show(where, rounds, titles, got)
    for place in where:
        _judge(place, got, budgets)


def _stack(kind, place, factor):
    return stacks.Oath(place, f"-{factor}") if kind is stacks.Oath else kind(place)


def _show(where, rounds, titles, got):
    print(f"One verification, pam_authenticate alone, {rounds} samples of each in turns of ten. "
          "HOTP goes on counting.\nTOTP: the state, ours and the peers', is written back before "
          "each login, outside of the measured time.\nEach login and write comes 6 ms after the "
          "one before. pam_google_authenticator: no rate limit.\n")
    names = [name for name in titles if "." not in name]
    table.show("in memory", ("", "median", "90 %"),
               [(titles[name], *map(table.us, got[name][:2])) for name in names])
    for place in where:
        floor, ours = got[f"{place.name}.bare"][0], got[f"{place.name}.ours.totp"][0]
        rows = [(title, *map(table.us, got[name][:2]), table.times(got[name][0] / floor),
                 table.times(got[name][0] / ours), str(got[name][2]))
                for name, title in titles.items() if name.startswith(f"{place.name}.")]
        table.show(place.title, ("", "median", "90 %", "to bare write", "to pam_mfa TOTP",
                                 "refused"), rows)


def _judge(place, got, budgets):
    floor, limit = got[f"{place.name}.bare"][0], PART.get(place.name)
    for factor in ("totp", "hotp"):
        ours, _, refused = got[f"{place.name}.ours.{factor}"]
        budgets.refused(refused)
        title = f"{factor.upper()}, {place.title}: "
        if limit is None:
            budgets.add(title + "pam_authenticate", table.us(ours), table.us(MEMORY_US),
                        ours <= MEMORY_US)
            continue
        bare = BARE[place.name]
        budgets.add(title + "to bare write", table.times(ours / floor), table.times(bare),
                    ours <= bare * floor)
        for peer in ("oath", "google"):
            part = ours / got[f"{place.name}.{peer}.{factor}"][0]
            budgets.add(f"{title}to {peer}", table.times(part), table.times(limit), part <= limit)
