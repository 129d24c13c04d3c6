/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/own_address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

/* This process gets a network of its own, whose one interface has the address. */
static void live_at(const char *address)
{
	struct ifreq wish = { .ifr_name = "lo" };
	struct sockaddr_in place = { .sin_family = AF_INET };
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, address, &place.sin_addr), 1);
	memcpy(&wish.ifr_addr, &place, sizeof place);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &wish), 0);
	wish.ifr_flags = IFF_UP;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &wish), 0);
	assert_int_equal(close(fd), 0);
}

static void an_interface_has_them(void **state MFA_UNUSED)
{
	static const struct {
		const char *text;
		bool is_own;
	} cases[] = {
		{ "192.0.2.7", true },
		{ "::ffff:192.0.2.7", true },
		{ "192.0.2.8", false },
		{ "10.0.0.1", false },
		{ "192.0.2.7/24", false },
		{ "192.0.2.70", false },
		{ "2001:db8::1", false },
		{ "fe80::1%lo", false },
		{ "host.example", false },
		{ "localhost", false },
		{ "", false },
	};
	live_at("192.0.2.7");
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		if (mfa_address_is_own(cases[i].text) != cases[i].is_own)
			fail_msg("%s", cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_has_them),
	};
	return group_main("own_address", tests);
}
