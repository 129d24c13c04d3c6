#include "typed_key.h"

#include <string.h>

#include "lookup.h"
#include "mfa/text.h"
#include "mfa/yubikey_otp.h"
#include "record_status.h"

enum {
	ANSWER_MAX = 4 * MFA_YUBIKEY_CODE_LEN, /* in full width, with some blanks */
	ID_LEN = MFA_YUBIKEY_MODHEX_SIZE - 1,
};

/* The public id that the code begins with. */
static bool read_public_id(const struct mfa_secret *answer,
			   char ret_id[static MFA_YUBIKEY_MODHEX_SIZE])
{
	char text[ANSWER_MAX];
	if (answer->len < MFA_YUBIKEY_CODE_LEN || answer->len > sizeof text)
		return false;
	memcpy(text, answer->data, answer->len);
	size_t len = mfa_text_normalize_code(text, answer->len);
	bool is_code = mfa_yubikey_otp_is_code(text, len);
	if (is_code) {
		memcpy(ret_id, text, ID_LEN);
		ret_id[ID_LEN] = '\0';
	}
	mfa_wipe(text, sizeof text);
	return is_code;
}

static bool has_otp_token(const struct mfa_record *record, const char *id)
{
	for (size_t i = 0; i < record->token_count; i++) {
		char own[MFA_YUBIKEY_MODHEX_SIZE];
		struct mfa_yubikey_otp otp;
		if (record->tokens[i].kind != MFA_KIND_YUBIKEY_OTP)
			continue;
		/* what is damaged, the evaluation tells */
		if (mfa_yubikey_otp_load(&record->tokens[i], &otp) != MFA_OK)
			return true;
		mfa_yubikey_otp_format_id(otp.public_id, own);
		if (strcmp(own, id) == 0)
			return true;
	}
	return false;
}

/* The same work for everybody; the decoy has no such token. */
static int look_up_token(const struct mfa_auth_request *request, const char *id,
			 struct mfa_diag *diag, bool *ret_is_none)
{
	bool is_decoy = false;
	int err = mfa_site_open(request->site, diag);
	if (err != MFA_OK)
		return err;
	struct mfa_record *record = mfa_store_workspace(request->site->store);
	err = lookup_record(request, record, &is_decoy, diag);
	if (err != MFA_OK)
		return err;
	enum mfa_record_status status = record_status_of(record, &request->login);
	record_status_explain(status, record->user, record->uid, diag);
	*ret_is_none = status != MFA_RECORD_USABLE || !has_otp_token(record, id);
	return MFA_OK;
}

int typed_key_check(const struct mfa_auth_request *request,
		    const struct mfa_secret *answer, struct mfa_diag *diag,
		    bool *ret_is_none)
{
	char id[MFA_YUBIKEY_MODHEX_SIZE];
	bool was_open = request->site->is_open;
	*ret_is_none = !request->wants_password && read_public_id(answer, id);
	if (!*ret_is_none || (request->zone->factors & 1U << MFA_KIND_YUBIKEY_OTP) == 0)
		return MFA_OK;
	if (request->begin_work != NULL)
		request->begin_work(request->context);
	int err = look_up_token(request, id, diag, ret_is_none);
	if (!was_open)
		mfa_site_close(request->site);
	if (request->end_work != NULL)
		request->end_work(request->context);
	return err;
}
