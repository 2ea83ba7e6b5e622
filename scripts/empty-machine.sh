#!/bin/bash
# Boots an empty Debian in namespaces of its own, with systemd as its first process. Called by going-live.ts, in new namespaces, with the
# folder that debootstrap made and an empty one; what happens in the machine is in memory and gone with it.
set -euo pipefail
base=$1 stage=$2
mount --make-rprivate /
mount -t tmpfs none "$stage"
mkdir "$stage/upper" "$stage/work" "$stage/root"
root=$stage/root
mount -t overlay overlay -o "lowerdir=$base,upperdir=$stage/upper,workdir=$stage/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/dev" -o mode=755
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs tmpfs "$root/run" -o mode=755
mount -t tmpfs tmpfs "$root/tmp"
# The way out is that of the machine around it, and so are the authorities that it trusts.
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo machine > "$root/etc/hostname"
echo 127.0.0.1 localhost machine pay.localhost > "$root/etc/hosts"
echo uninitialized > "$root/etc/machine-id"
# The network is that of the machine around it, which looks after it.
for unit in systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service systemd-resolved.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# Not chroot alone: nobody may make a namespace of users in one, and the unit does.
cd "$root"
mkdir -p before
pivot_root . before
exec /usr/bin/env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c \
  'umount --lazy /before && exec /lib/systemd/systemd --log-target=console --show-status=false'
