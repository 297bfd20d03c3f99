#!/bin/sh
# Boots a Debian root as a machine of its own, in namespaces: `boot.sh ROOT CGROUP`. Its first process is systemd, which
# needs a tree of cgroups to itself, devices and a network; there is none but the loopback.
set -e
root=$1
echo $$ > "$2/cgroup.procs"
exec unshare --pid --mount --cgroup --uts --ipc --net --fork --kill-child sh -e -c '
    root=$1
    mount --make-rprivate /
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    for name in null zero full random urandom tty; do
        touch "$root/dev/$name"
        mount --bind "/dev/$name" "$root/dev/$name"
    done
    mkdir "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    # Not merely another root for one process: who lives in a chroot may not make user namespaces, as units want.
    cd "$root"
    pivot_root . mnt
    umount -l mnt
    # As in every machine: what systemd mounts for one service, its credentials, is to be seen by that service.
    mount --make-rshared /
    exec env -i container=tornello PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal --show-status=false
' sh "$root" </dev/null
