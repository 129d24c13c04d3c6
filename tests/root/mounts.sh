# SPDX-License-Identifier: BSD-2-Clause
# Sourced by inside and build, in a mount and pid namespace of their own: builds the
# throwaway root at $root. What changes in it lands on a tmpfs; the host is only read.

# The host's /run is a folder that always exists and that the root gets anew anyway.
store=/run
root=$store/root
marker=/run/throwaway-root

# overlay PATH [LOWER]: shows LOWER (else PATH) of the host at PATH, over a writable folder.
overlay()
{
	local name
	name=$(printf %s "$1" | tr -c 'A-Za-z0-9' _)
	mkdir -p "$store/upper/$name" "$store/work/$name" "$root$1"
	chmod --reference="${2:-$1}" "$store/upper/$name"
	(
		# A relative path, since a colon or a comma in it would end the option.
		cd "${2:-$1}"
		mount -t overlay overlay "$root$1" -o "lowerdir=.,upperdir=$store/upper/$name,\
workdir=$store/work/$name,redirect_dir=off,index=off,metacopy=off"
	)
}

# An overlay does not look through mount points: folders with a file system of their own
# get an overlay of their own.
overlay_host()
{
	local path
	overlay /
	for path in /boot /etc /home /opt /root /srv /usr /var; do
		if mountpoint -q "$path"; then
			overlay "$path"
		fi
	done
}

# No ttyN and no disks: the host's consoles and devices stay out of reach.
mount_dev()
{
	mount -t tmpfs -o mode=0755,nosuid tmpfs $root/dev
	mknod -m 666 $root/dev/null c 1 3
	mknod -m 666 $root/dev/zero c 1 5
	mknod -m 666 $root/dev/full c 1 7
	mknod -m 666 $root/dev/random c 1 8
	mknod -m 666 $root/dev/urandom c 1 9
	mknod -m 666 $root/dev/tty c 5 0
	mkdir $root/dev/pts $root/dev/shm
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts $root/dev/pts
	mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs $root/dev/shm
	ln -s pts/ptmx $root/dev/ptmx
	ln -s /proc/self/fd $root/dev/fd
	ln -s fd/0 $root/dev/stdin
	ln -s fd/1 $root/dev/stdout
	ln -s fd/2 $root/dev/stderr
}

mount_run()
{
	mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs $root/run
	mkdir -m 1777 $root/run/lock
	: >$root$marker
	: >$root/run/utmp
	chown root:utmp $root/run/utmp
	chmod 0664 $root/run/utmp
}

mount_kernel()
{
	mount -t proc proc $root/proc
	mount --bind $root/proc/sys $root/proc/sys
	mount -o remount,bind,ro $root/proc/sys
	mount -t sysfs -o ro sysfs $root/sys
}

# The repository is the working directory: shown at its own path even when a fresh tmpfs
# or an unusual mount point hides that. Its build/ may be mounted from elsewhere (tests/release).
show_repository()
{
	case $PWD/ in
	/tmp/* | /run/* | /dev/*) overlay "$PWD" . ;;
	*) [ -e "$root$PWD/tests/root/enter" ] || overlay "$PWD" . ;;
	esac
	if mountpoint -q build; then
		overlay "$PWD/build" build
	fi
}

# mount_root [LAYER]: all of the above; LAYER is an archive that build made.
mount_root()
{
	mount -t tmpfs -o mode=0700 tmpfs $store
	mkdir $store/upper $store/work $root
	if [ -n "${1:-}" ]; then
		tar --extract --preserve-permissions --same-owner --numeric-owner \
			--xattrs --xattrs-include='*' --directory=$store/upper <"$1"
	fi
	overlay_host
	mount_kernel
	mount_dev
	mount_run
	mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs $root/tmp
	show_repository
}
