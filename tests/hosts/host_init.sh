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
# address gateway home_mount (tmpfs options, or empty) home_flags (ro, noexec, or empty)
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
echo ready
exec >/dev/null 2>&1
# bash reaps what is adopted while it waits here.
while read -r _; do :; done
