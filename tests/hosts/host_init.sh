#!/usr/bin/env bash
# The first process of a test host: makes its root, waits for its cable, reaps.
#
#   host_init.sh DIR NAME        run by test_host.cc as pid 1 of new mount, network, pid and uts
#                                namespaces; DIR holds upper/ work/ root/ boot_id settings
#
# stdout: `up PID` (as seen from outside), then `ready`. stdin: a line when the
# cable is in; at its end the host ends. test_host.cc starts sshd. When this process dies, so does everything on the host.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
dir=$1 name=$2
# The old /proc is still mounted: this is the pid out there.
read -r outer_pid _ </proc/self/stat
# address gateway home_mount (tmpfs options, or empty) home_flags (ro, noexec, or empty) arm (0, 1)
. "$dir/settings"

mount --make-rprivate /
mount -t overlay overlay \
  -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work,index=off,xino=off" "$dir/root"
cd "$dir/root"
mount --rbind /sys sys
mount --rbind /dev dev
mount -t proc proc proc
mount --bind "$dir/boot_id" proc/sys/kernel/random/boot_id
mount -t tmpfs -o mode=755 tmpfs run
mkdir run/sshd run/old
if [ -n "$home_mount" ]; then
  mount -t tmpfs -o "$home_mount" tmpfs home/ci
fi
if [ -n "$home_flags" ]; then
  mount --bind home/ci home/ci
  mount -o "remount,bind,$home_flags" home/ci
fi
pivot_root . run/old
cd /
umount -l /run/old
rmdir /run/old
hostname "$name"

ip link set lo up
echo "up $outer_pid"
read -r _
ip address add "$address" dev eth0
ip link set eth0 up
ip route add default via "$gateway"
if [ "$arm" = 1 ]; then
  # Which programs of other processors run is a matter of the user namespace: one with the same ids.
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
  unshare --user --mount sleep infinity &
  keeper=$!
  until [ "$(readlink /proc/$keeper/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do :; done
  echo '0 0 4294967295' >/proc/$keeper/uid_map
  echo '0 0 4294967295' >/proc/$keeper/gid_map
  nsenter --target $keeper --user --mount sh -ec '
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    cat /usr/lib/binfmt.d/qemu-aarch64.conf >/proc/sys/fs/binfmt_misc/register'
  echo $keeper >/run/keeper
fi
echo ready
exec >/dev/null 2>&1
# bash reaps what is adopted while it waits here.
while read -r _; do :; done
