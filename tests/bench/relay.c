/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench.h"

/* Lengths of a login's messages. */
enum {
	BEGIN_LEN = 75,
	HELLO_LEN = 2,
	ASK_LEN = 20,
	REPLY_LEN = 9,
	TAKEN_LEN = 1,
	VERDICT_LEN = 20,
	JOB_LEN = 7700,
	ANY_LEN = 8192,
	RECORD_SIZE = 16384,
	WRITTEN = 1024,
};

struct service {
	int listener; /* -1: the parent has it */
	int jobs;     /* -1: there is no parent */
	int file;
	off_t slot;
};

static void wait_for(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	while (poll(&one, 1, -1) <= 0)
		continue;
}

static void say(int fd, size_t len)
{
	static const char bytes[ANY_LEN];
	if (send(fd, bytes, len, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		bench_die("relay: send");
}

static void hear(int fd)
{
	char bytes[ANY_LEN];
	wait_for(fd);
	(void)!recv(fd, bytes, sizeof bytes, 0);
}

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static void give_job(int jobs, int connection)
{
	static char bytes[JOB_LEN];
	union control control = { .room = "" };
	struct iovec part = { bytes, sizeof bytes };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *header = &control.header;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof connection);
	memcpy(CMSG_DATA(header), &connection, sizeof connection);
	if (sendmsg(jobs, &message, MSG_NOSIGNAL) < 0)
		bench_die("relay: job");
}

static int take_job(int jobs)
{
	static char bytes[JOB_LEN];
	union control control = { .room = "" };
	struct iovec part = { bytes, sizeof bytes };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	int connection = -1;
	wait_for(jobs);
	ssize_t got = recvmsg(jobs, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (header != NULL)
		memcpy(&connection, CMSG_DATA(header), sizeof connection);
	return connection;
}

static int accept_one(int listener)
{
	wait_for(listener);
	int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	say(connection, HELLO_LEN);
	return connection;
}

static void change_record(struct service *service)
{
	char record[RECORD_SIZE];
	if (flock(service->file, LOCK_EX) != 0 ||
	    pread(service->file, record, sizeof record, 0) != RECORD_SIZE ||
	    pwrite(service->file, record, WRITTEN, service->slot) != WRITTEN ||
	    fdatasync(service->file) != 0 || flock(service->file, LOCK_UN) != 0)
		bench_die("relay: record");
	service->slot = RECORD_SIZE / 2 - service->slot;
}

static void serve_one(struct service *service, int connection)
{
	hear(connection);
	say(connection, ASK_LEN);
	hear(connection);
	say(connection, TAKEN_LEN);
	change_record(service);
	say(connection, VERDICT_LEN);
	hear(connection); /* its end */
	if (service->jobs >= 0)
		say(service->jobs, JOB_LEN);
	mfa_close_fd(&connection);
}

_Noreturn static void work(struct service *service)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		serve_one(service, service->jobs >= 0 ? take_job(service->jobs)
						      : accept_one(service->listener));
}

_Noreturn static void pass_on(int listener, int jobs)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int connection = accept_one(listener);
		give_job(jobs, connection);
		mfa_close_fd(&connection);
		hear(jobs);
	}
}

/* The kernel chooses a name. */
static int listen_for(struct relay *relay)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr *address = (struct sockaddr *)&relay->address;
	relay->address.sun_family = AF_UNIX;
	relay->size = sizeof relay->address;
	if (bind(fd, address, sizeof(sa_family_t)) != 0 || listen(fd, 1) != 0 ||
	    getsockname(fd, address, &relay->size) != 0)
		bench_die("relay: listen");
	return fd;
}

static int open_record(const char *path)
{
	static const char zeros[RECORD_SIZE];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || pwrite(fd, zeros, sizeof zeros, 0) != RECORD_SIZE || fsync(fd) != 0)
		bench_die("%s", path);
	return fd;
}

struct relay relay_start(const char *file, bool is_direct)
{
	struct relay relay = { .size = 0 };
	int ends[2] = { -1, -1 };
	int listener = listen_for(&relay);
	struct service service = { .listener = listener,
				   .jobs = -1,
				   .file = open_record(file) };
	if (!is_direct &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		bench_die("relay: sockets");
	service.jobs = ends[1];
	if (fork() == 0)
		work(&service);
	if (!is_direct && fork() == 0)
		pass_on(listener, ends[0]);
	mfa_close_fd(&ends[0]);
	mfa_close_fd(&ends[1]);
	mfa_close_fd(&listener);
	mfa_close_fd(&service.file);
	return relay;
}

double relay_sample(const struct relay *relay)
{
	double before = bench_now_us();
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(fd, (const struct sockaddr *)&relay->address, relay->size) != 0)
		bench_die("relay: connect");
	say(fd, BEGIN_LEN);
	hear(fd); /* the greeting */
	hear(fd); /* the question */
	say(fd, REPLY_LEN);
	hear(fd); /* it is taken */
	hear(fd); /* the verdict */
	mfa_close_fd(&fd);
	return bench_now_us() - before;
}
