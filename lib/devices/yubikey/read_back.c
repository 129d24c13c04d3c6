/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_back.h"

#include "driver.h"
#include "report.h"

enum {
	CONFIRM_MS = 1000, /* for a status that lags behind */
	POLL_MS = 20,
	ANSWER_MS = 250, /* keys answer, or show that they wait, within some ten */
};

struct shown read_back_shown(YK_STATUS *status)
{
	return (struct shown){ ykds_pgm_seq(status), ykds_touch_level(status) };
}

/* Challenges the slot, and gives up soon if it wants a touch. */
static enum mfa_yubikey_result challenge_slot(struct port *port, unsigned slot,
					      bool (*is_over)(void),
					      struct mfa_diag *diag,
					      struct mfa_yubikey_answer *ret_answer)
{
	const struct wait_limit limit = { .deadline = deadline_after(ANSWER_MS),
					  .is_over = is_over };
	mfa_yubikey_challenge(ret_answer->challenge);
	struct exchange exchange = {
		.command = slot == 1 ? SLOT_CHAL_HMAC1 : SLOT_CHAL_HMAC2,
		.payload = { ret_answer->challenge, MFA_YUBIKEY_CHALLENGE_LEN },
		.response_len = MFA_YUBIKEY_RESPONSE_LEN,
		.silence_ms = ANSWER_MS,
	};
	return report_exchange(port->key, &exchange, &limit, ret_answer->response, diag);
}

bool read_back_is_answering(struct port *port, unsigned slot, bool (*is_over)(void),
			    struct mfa_diag *diag)
{
	struct mfa_yubikey_answer answer;
	enum mfa_yubikey_result result =
		challenge_slot(port, slot, is_over, diag, &answer);
	mfa_wipe(&answer, sizeof answer);
	return result == MFA_YUBIKEY_DONE || result == MFA_YUBIKEY_UNTOUCHED;
}

/* The number of an erased key is 0: that one tells nothing of this write. */
static bool shows_write(const struct shown *before, const struct shown *now,
			unsigned slot)
{
	int bits =
		slot == 1 ? CONFIG1_VALID | CONFIG1_TOUCH : CONFIG2_VALID | CONFIG2_TOUCH;
	return (now->sequence != before->sequence && now->sequence != 0) ||
	       ((now->level ^ before->level) & bits) != 0;
}

static bool is_shown_in_time(struct port *port, const struct shown *before, unsigned slot)
{
	int64_t end = deadline_after(CONFIRM_MS);
	for (;;) {
		yk_errno = 0;
		if (yk_get_status(port->key, port->status) != 0) {
			const struct shown now = read_back_shown(port->status);
			if (shows_write(before, &now, slot))
				return true;
		} else if (yk_errno == YK_EUSBERR) {
			return false;
		}
		if (is_past(end))
			return false;
		pause_ms(POLL_MS);
	}
}

static bool is_at_rest(const struct port *port)
{
	return yk_wait_for_key_status(port->key, 0, 0, 1, false, SLOT_WRITE_FLAG, NULL) !=
	       0;
}

/* By either way in which a slot may hash, as in the factor. */
static bool has_secret(const unsigned char *secret,
		       const struct mfa_yubikey_answer *answer)
{
	unsigned char expected[MFA_YUBIKEY_RESPONSE_LEN];
	bool is_equal = false;
	for (int way = 0; way < 2 && !is_equal; way++) {
		const struct mfa_yubikey key = { .secret = secret,
						 .is_padded = way == 1 };
		mfa_yubikey_expect(&key, driver_hmac, answer->challenge, expected);
		is_equal =
			mfa_secret_is_equal(answer->response, expected, sizeof expected);
	}
	mfa_wipe(expected, sizeof expected);
	return is_equal;
}

/* The new secret answers in its own way, or waits for a touch as it would. */
static enum mfa_yubikey_write judge_answer(struct port *port,
					   const struct mfa_yubikey_program *program)
{
	struct mfa_yubikey_answer answer;
	struct mfa_diag unused = { .text = "" };
	enum mfa_yubikey_write write = MFA_YUBIKEY_UNSURE;
	enum mfa_yubikey_result result =
		challenge_slot(port, program->at.slot, NULL, &unused, &answer);
	if (result == MFA_YUBIKEY_DONE)
		write = has_secret(program->secret, &answer) ? MFA_YUBIKEY_WRITTEN
							     : MFA_YUBIKEY_KEPT;
	else if (result == MFA_YUBIKEY_SILENT ||
		 (result == MFA_YUBIKEY_UNTOUCHED && !program->wants_touch))
		write = MFA_YUBIKEY_KEPT;
	mfa_wipe(&answer, sizeof answer);
	return write;
}

enum mfa_yubikey_write read_back_slot(struct port *port, const struct shown *before,
				      const struct mfa_yubikey_program *program)
{
	if (is_shown_in_time(port, before, program->at.slot))
		return MFA_YUBIKEY_WRITTEN;
	if (program->public_id != NULL || !is_at_rest(port))
		return MFA_YUBIKEY_UNSURE;
	return judge_answer(port, program);
}
