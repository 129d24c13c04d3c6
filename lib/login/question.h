/* What the person is asked, as often as that helps, and the YubiKey in between. */
#pragma once

#include "mfa/auth.h"
#include "touch.h"

/* What came of asking: something typed, a YubiKey's answer, or neither. */
struct response {
	struct mfa_secret typed;
	struct mfa_yubikey_answer key;
	bool has_key;
	struct touch touch;
	enum mfa_reason problem; /* why there is nothing to check */
};

/* Asks: until something was typed that may be a code, a YubiKey has answered, or no other
 * question will help. ret_given is zeroed before, but for touch_begin's part, and is wiped
 * by the caller. Errors as of the dialog, and of reading the record. */
int question_ask(const struct mfa_auth_request *request, struct mfa_diag *diag,
		 struct response *ret_given) MFA_MUST_CHECK;

/* Whether the answer is the password that came before. */
bool question_is_password(const struct mfa_auth_request *request,
			  const struct mfa_secret *answer);

/* Wipes and frees an answer, the way its dialog has it. */
void question_forget(const struct mfa_auth_request *request, struct mfa_secret *answer);
