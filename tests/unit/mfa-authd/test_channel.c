/* SPDX-License-Identifier: BSD-2-Clause */
#include "channel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job.h"
#include "module_end.h"

static struct {
	struct desk desk;
	struct module_end module;
} at;

static int setup(void **state MFA_UNUSED)
{
	int ends[2];
	assert_int_equal(desk_begin(NULL, false, &at.desk), MFA_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	at.desk.connection = ends[0];
	at.module = (struct module_end){ .fd = ends[1] };
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	mfa_close_fd(&at.module.fd);
	mfa_close_fd(&at.desk.connection);
	desk_done(&at.desk);
	return 0;
}

#define on_channel(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static int receive(void)
{
	unsigned char letter = 0;
	struct mfa_span payload = { 0 };
	return channel_receive(&at.desk, &letter, &payload);
}

static void assert_text(unsigned char letter, const char *text)
{
	assert_int_equal(module_end_take(&at.module), letter);
	assert_int_equal(at.module.payload.len, strlen(text));
	assert_memory_equal(at.module.payload.data, text, strlen(text));
}

static void a_message_is_taken(void **state MFA_UNUSED)
{
	unsigned char letter = 0;
	struct mfa_span payload = { 0 };
	module_end_send(&at.module, MFA_AUTHD_REPLY, "123456", 6);
	assert_int_equal(channel_receive(&at.desk, &letter, &payload), MFA_OK);
	assert_int_equal(letter, MFA_AUTHD_REPLY);
	assert_int_equal(payload.len, 6);
	assert_memory_equal(payload.data, "123456", 6);
}

static void nobody_is_waited_for(void **state MFA_UNUSED)
{
	assert_int_equal(receive(), MFA_ERR_BUSY);
	mfa_close_fd(&at.module.fd);
	assert_int_equal(receive(), MFA_ERR_ABORT);
}

static void descriptors_stay_where_they_are(void **state MFA_UNUSED)
{
	const struct job job = { .kind = JOB_GONE };
	assert_int_equal(job_send(at.module.fd, &job, STDERR_FILENO, -1), MFA_OK);
	assert_int_equal(receive(), MFA_ERR_INVALID);
	assert_int_equal(receive(), MFA_ERR_INVALID);
}

static void a_message_that_is_too_long_is_none(void **state MFA_UNUSED)
{
	static const char bytes[MFA_PACKET_SIZE + 1];
	assert_int_equal(send(at.module.fd, bytes, sizeof bytes, 0), sizeof bytes);
	assert_int_equal(receive(), MFA_ERR_INVALID);
}

static void the_greeting_has_the_version(void **state MFA_UNUSED)
{
	channel_greet(at.desk.connection);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_HELLO);
	assert_int_equal(at.module.payload.len, 1);
	assert_int_equal(at.module.payload.data[0], MFA_AUTHD_VERSION);
}

static void a_verdict_arrives(void **state MFA_UNUSED)
{
	const struct mfa_authd_verdict sent = { .verdict = MFA_ALLOW, .name = "root" };
	channel_send_verdict(&at.desk, &sent);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
}

/* Without it the module refuses. */
static void a_verdict_that_cannot_be_packed_is_not_sent(void **state MFA_UNUSED)
{
	char name[MFA_AUTHD_TEXT_MAX + 2];
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	const struct mfa_authd_verdict sent = { .verdict = MFA_ALLOW, .name = name };
	channel_send_verdict(&at.desk, &sent);
	assert_int_equal(module_end_take(&at.module), 0);
}

static void a_stopped_module_holds_nobody_up(void **state MFA_UNUSED)
{
	int64_t start = mfa_monotonic_ms();
	for (int i = 0; i < 2000; i++)
		channel_send(&at.desk, MFA_AUTHD_INFO, "a line");
	assert_true(mfa_monotonic_ms() - start < 1000);
	assert_text(MFA_AUTHD_INFO, "a line");
	mfa_close_fd(&at.module.fd);
	channel_send(&at.desk, MFA_AUTHD_INFO, "to nobody"); /* no SIGPIPE */
}

static void the_dialog_shows_lines_and_asks_nobody(void **state MFA_UNUSED)
{
	const struct mfa_dialog dialog = channel_dialog(&at.desk);
	struct mfa_secret answer = { 0 };
	dialog.tell(dialog.context, MFA_TELL_INFO, "what it is");
	assert_text(MFA_AUTHD_INFO, "what it is");
	dialog.tell(dialog.context, MFA_TELL_ERROR, "why not");
	assert_text(MFA_AUTHD_ERROR, "why not");
	assert_int_equal(dialog.ask(dialog.context, "Code: ", &answer), MFA_ERR_CONV);
	assert_null(answer.data);
	assert_int_equal(module_end_take(&at.module), 0);
}

/* What sshd says behind the last question, ssh writes in octal. */
static void texts_come_in_what_the_program_can_show(void **state MFA_UNUSED)
{
	static const struct {
		enum mfa_charset charset;
		const char *tty;
		const char *question;
		const char *line;
	} cases[] = {
		{ MFA_CHARSET_UTF8, "/dev/pts/1", "鍵", "鍵" },
		{ MFA_CHARSET_EUC_JP, "/dev/pts/1", "\xb8\xb0", "\xb8\xb0" },
		{ MFA_CHARSET_SHIFT_JIS, "/dev/pts/1", "\x8c\xae", "\x8c\xae" },
		{ MFA_CHARSET_ASCII, "/dev/pts/1", "?", "?" },
		{ MFA_CHARSET_OTHER, ":0", "?", "?" },
		{ MFA_CHARSET_ASCII, "ssh", "鍵", "?" },
		{ MFA_CHARSET_ASCII, ":0", "鍵", "鍵" },
		{ MFA_CHARSET_ASCII, "", "鍵", "鍵" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		channel_set_charset(&at.desk, cases[i].charset, cases[i].tty);
		const struct mfa_dialog dialog = channel_dialog(&at.desk);
		channel_show(&at.desk, MFA_AUTHD_ASK, "鍵");
		assert_text(MFA_AUTHD_ASK, cases[i].question);
		dialog.tell(dialog.context, MFA_TELL_ERROR, "鍵");
		assert_text(MFA_AUTHD_ERROR, cases[i].line);
		assert_int_equal(dialog.is_ascii, strcmp(cases[i].line, "?") == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_channel(texts_come_in_what_the_program_can_show),
		on_channel(a_message_is_taken),
		on_channel(nobody_is_waited_for),
		on_channel(descriptors_stay_where_they_are),
		on_channel(a_message_that_is_too_long_is_none),
		on_channel(the_greeting_has_the_version),
		on_channel(a_verdict_arrives),
		on_channel(a_verdict_that_cannot_be_packed_is_not_sent),
		on_channel(a_stopped_module_holds_nobody_up),
		on_channel(the_dialog_shows_lines_and_asks_nobody),
	};
	return group_main("channel", tests);
}
