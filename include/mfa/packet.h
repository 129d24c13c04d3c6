/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between processes of this host: one packet each over an AF_UNIX socket of type
 * SOCK_SEQPACKET. The first byte is a letter that says what it is, the rest the
 * payload. */
#pragma once

#include "mfa/secret.h"

enum {
	MFA_PACKET_SIZE = 4096 /* with its letter; a longer one is an error */
};

/* Sends one packet, without SIGPIPE. MFA_ERR_BUSY: the other side took nothing for
 * timeout_ms; MFA_ERR_IO. */
int mfa_packet_send(int fd, unsigned char letter, struct mfa_span payload,
		    int timeout_ms);

/* Whether descriptors come with the next packet (SCM_RIGHTS), which has come already.
 * Closing them, as the receiver of the packet does, may block for as long as their sender
 * likes: a socket with SO_LINGER. */
bool mfa_packet_has_descriptors(int fd);

/* Receives one into buffer (MFA_PACKET_SIZE bytes); ret_payload is borrowed from it.
 * MFA_ERR_BUSY: none came for timeout_ms; MFA_ERR_ABORT: the other side closed;
 * MFA_ERR_INVALID: it is too long; MFA_ERR_IO. */
int mfa_packet_receive(int fd, struct mfa_secret *buffer, int timeout_ms,
		       unsigned char *ret_letter, struct mfa_span *ret_payload)
	MFA_MUST_CHECK;
