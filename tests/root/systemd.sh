# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced by inside, in the finished root: systemd becomes process 1 of a pid namespace
# within, runs the command as its service, and ends with it. Does not return.

groups=/sys/fs/cgroup
group=
pipes=/run/throwaway
# The command ends with this to have the machine start anew: with its files, and nothing in /run.
anew=75

# remove_group FOLDER: with all that is below; a group with processes stays.
remove_group()
{
	if grep -qsx 'populated 0' "$1/cgroup.events"; then
		find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
	fi
}

# Groups are the kernel's, not the root's: those of a root that was killed are still here. Another
# root that begins at the same time must not remove ours before we are in it.
enter_group()
{
	local old
	mount -t cgroup2 cgroup2 $groups
	exec 9<$groups
	flock 9
	for old in "$groups"/throwaway-root-*; do
		remove_group "$old"
	done
	group=$(mktemp -d $groups/throwaway-root-XXXXXX)
	chmod 0755 "$group"
	echo 0 >"$group/cgroup.procs"
	exec 9<&-
}

leave_group()
{
	echo 0 >$groups/cgroup.procs
	remove_group "$group"
}

write_command()
{
	mkdir -m 0755 $pipes
	mkfifo -m 0600 $pipes/out $pipes/err
	{
		echo '#!/bin/bash'
		printf 'cd %q\n' "$PWD"
		printf 'exec env -i '
		printf '%q ' "${environment[@]}" "$@"
		echo "</dev/null >$pipes/out 2>$pipes/err"
	} >$pipes/command
	chmod 0755 $pipes/command
}

# pam_nologin refuses everybody until systemd-user-sessions.service has run.
write_unit()
{
	mkdir -p /run/systemd/system
	cat >/run/systemd/system/throwaway.service <<-END
		[Unit]
		Wants=dbus.service systemd-logind.service systemd-user-sessions.service
		After=dbus.service systemd-logind.service systemd-user-sessions.service
		SuccessAction=exit-force
		FailureAction=exit-force
		[Service]
		Type=oneshot
		ExecStart=$pipes/command
	END
}

run_systemd()
{
	unshare --pid --fork --kill-child=KILL --cgroup --mount bash -euc '
		mount -t proc proc /proc
		mount --bind /proc/sys /proc/sys
		mount -o remount,bind,ro /proc/sys
		umount /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		exec env -i container=other /lib/systemd/systemd --unit=throwaway.service' \
		</dev/null
}

# Its groups are still there, with nobody in them.
end_machine()
{
	find /run -mindepth 1 -maxdepth 1 ! -name throwaway ! -name throwaway-root ! -name sshd -exec rm -rf {} +
	find "$group" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || true
	write_unit
}

# systemd gives the host the name that is written there.
hostname >/etc/hostname
enter_group
write_command "$@"
write_unit
status=$anew
while [ "$status" = "$anew" ]; do
	cat $pipes/out &
	cat $pipes/err >&2 &
	status=0
	run_systemd || status=$?
	if [ "$status" = "$anew" ]; then
		end_machine
	fi
done
leave_group
exit "$status"
