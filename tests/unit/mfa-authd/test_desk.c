/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk.h"

#include <string.h>

#include "mfa/packet.h"
#include "support.h"

static void the_default_configuration_has_its_name(void **state MFA_UNUSED)
{
	struct desk desk;
	assert_int_equal(desk_begin(NULL, false, &desk), MFA_OK);
	assert_string_equal(desk_config(&desk), MFA_CONFIG_PATH);
	assert_true(desk_has_config(&desk, ""));
	assert_true(desk_has_config(&desk, MFA_CONFIG_PATH));
	assert_false(desk_has_config(&desk, MFA_CONFIG_PATH "."));
	assert_int_equal(desk.connection, -1);
	assert_int_equal(desk.packet.len, MFA_PACKET_SIZE);
	desk_done(&desk);
}

static void another_one_is_the_services_for_all(void **state MFA_UNUSED)
{
	struct desk desk;
	assert_int_equal(desk_begin("/etc/pam_mfa/other.conf", false, &desk), MFA_OK);
	assert_true(desk_has_config(&desk, ""));
	assert_true(desk_has_config(&desk, "/etc/pam_mfa/other.conf"));
	assert_false(desk_has_config(&desk, MFA_CONFIG_PATH));
	desk_done(&desk);
}

/* The name comes in a packet, which is wiped. */
static void a_login_of_its_own_may_use_another(void **state MFA_UNUSED)
{
	struct desk desk;
	char path[] = "/etc/pam_mfa/once.conf";
	assert_int_equal(desk_begin(NULL, true, &desk), MFA_OK);
	desk_use_config(&desk, path);
	memset(path, 'x', sizeof path - 1);
	assert_string_equal(desk_config(&desk), "/etc/pam_mfa/once.conf");
	assert_true(desk_has_config(&desk, "/etc/pam_mfa/once.conf"));
	desk_done(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_configuration_has_its_name),
		cmocka_unit_test(another_one_is_the_services_for_all),
		cmocka_unit_test(a_login_of_its_own_may_use_another),
	};
	return group_main("desk", tests);
}
