/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <string.h>

#include <yubikey.h>

enum {
	REPORT_SIZE = 8,
	DATA_SIZE = REPORT_SIZE - 1, /* the last byte describes the others */
	SEQUENCE_MASK = 0x1f,
	CRC_LEN = 2,
	RESPONSE_REPORTS =
		(MFA_YUBIKEY_RESPONSE_LEN + CRC_LEN + DATA_SIZE - 1) / DATA_SIZE,
	POLL_MS = 10,
	SETTLE_MS = 500, /* for it to answer when it no longer waits for a touch */
};

/* Reads one report: libykpers offers this only as a wait, so the condition is always
 * true. */
static bool read_report(YK_KEY *key, unsigned char *ret_report)
{
	memset(ret_report, 0, REPORT_SIZE);
	return yk_wait_for_key_status(key, 0, 0, 1, false, 0, ret_report) != 0;
}

static bool has_run_out(const struct wait_limit *limit)
{
	return is_past(limit->deadline) || (limit->is_over != NULL && limit->is_over());
}

/* Waits for the first report of a response. */
static enum mfa_yubikey_result await_response(YK_KEY *key, struct exchange *exchange,
					      const struct wait_limit *limit,
					      unsigned char *ret_report,
					      struct mfa_diag *diag)
{
	int64_t silence = deadline_after(exchange->silence_ms);
	bool was_waiting = false;
	for (;;) {
		if (!read_report(key, ret_report))
			return result_of_error(diag);
		unsigned char flags = ret_report[DATA_SIZE];
		bool is_waiting = (flags & RESP_TIMEOUT_WAIT_FLAG) != 0;
		if ((flags & RESP_PENDING_FLAG) != 0)
			return MFA_YUBIKEY_DONE;
		if (was_waiting &&
		    !is_waiting) /* it was touched, or its own time-out is over */
			silence = deadline_after(SETTLE_MS);
		if (is_waiting && !exchange->waits_for_touch)
			tell_stage(&limit->listener, MFA_YUBIKEY_BLINKS);
		was_waiting = is_waiting;
		exchange->waits_for_touch |= is_waiting;
		if (has_run_out(limit) || (!is_waiting && is_past(silence)))
			return exchange->waits_for_touch ? MFA_YUBIKEY_UNTOUCHED
							 : MFA_YUBIKEY_SILENT;
		pause_ms(POLL_MS);
	}
}

static enum mfa_yubikey_result fail_response(YK_KEY *key, const char *why,
					     struct mfa_diag *diag)
{
	(void)mfa_fail(diag, MFA_ERR_IO, "YubiKey: %s", why);
	(void)yk_force_key_update(key); /* discards the rest */
	return MFA_YUBIKEY_DAMAGED;
}

/* Reads the reports after the first, up to the empty one that ends them. */
static enum mfa_yubikey_result read_response(YK_KEY *key, size_t response_len,
					     unsigned char *report, unsigned char *bytes,
					     struct mfa_diag *diag)
{
	for (unsigned i = 0; (size_t)i * DATA_SIZE < response_len + CRC_LEN; i++) {
		unsigned char flags = report[DATA_SIZE];
		if ((flags & RESP_PENDING_FLAG) == 0 || (flags & SEQUENCE_MASK) != i)
			return fail_response(key, "an answer in disorder", diag);
		memcpy(bytes + (size_t)i * DATA_SIZE, report, DATA_SIZE);
		if (!read_report(key, report))
			return result_of_error(diag);
	}
	if (yubikey_crc16(bytes, response_len + CRC_LEN) == YUBIKEY_CRC_OK_RESIDUE)
		return MFA_YUBIKEY_DONE;
	return fail_response(key, "a damaged answer", diag);
}

enum mfa_yubikey_result report_exchange(YK_KEY *key, struct exchange *exchange,
					const struct wait_limit *limit,
					unsigned char *ret_response,
					struct mfa_diag *diag)
{
	unsigned char report[REPORT_SIZE];
	unsigned char bytes[RESPONSE_REPORTS * DATA_SIZE] = { 0 };
	if (yk_write_to_key(key, exchange->command, exchange->payload.data,
			    (int)exchange->payload.len) == 0)
		return result_of_error(diag);
	enum mfa_yubikey_result result =
		await_response(key, exchange, limit, report, diag);
	if (result == MFA_YUBIKEY_DONE)
		result = read_response(key, exchange->response_len, report, bytes, diag);
	if (result == MFA_YUBIKEY_DONE)
		memcpy(ret_response, bytes, exchange->response_len);
	if (result != MFA_YUBIKEY_CUT_OFF && result != MFA_YUBIKEY_DAMAGED)
		(void)yk_force_key_update(key); /* cancels what it was doing */
	mfa_wipe(report, sizeof report);
	mfa_wipe(bytes, sizeof bytes);
	return result;
}
