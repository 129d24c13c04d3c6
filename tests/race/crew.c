/* SPDX-License-Identifier: BSD-2-Clause */
#include "crew.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

void *crew_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		rig_die("no memory to share");
	return memory;
}

void crew_gate_init(pthread_barrier_t *gate, unsigned count)
{
	pthread_barrierattr_t attributes;
	if (pthread_barrierattr_init(&attributes) != 0 ||
	    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) != 0 ||
	    pthread_barrier_init(gate, &attributes, count) != 0)
		rig_die("no gate");
	(void)pthread_barrierattr_destroy(&attributes);
}

void crew_gate_wait(pthread_barrier_t *gate)
{
	(void)pthread_barrier_wait(gate);
}

void crew_add(struct crew *crew, void (*work)(void *context, unsigned number),
	      void *context)
{
	pid_t parent = getpid();
	pid_t pid = crew->count < CREW_MAX ? fork() : -1;
	if (pid < 0)
		rig_die("no more processes");
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
			_exit(2);
		work(context, crew->count);
		_exit(0);
	}
	crew->pids[crew->count++] = pid;
}

bool crew_join(struct crew *crew)
{
	bool is_good = true;
	for (unsigned i = 0; i < crew->count; i++) {
		int status = 0;
		if (waitpid(crew->pids[i], &status, 0) != crew->pids[i] || status != 0)
			is_good = false;
	}
	crew->count = 0;
	return is_good;
}
