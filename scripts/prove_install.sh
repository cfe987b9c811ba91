#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Proves that a newcomer's machine is enough: makes a fresh Debian 12 in a folder, copies a clone of
# this repository into it, and runs there, as root, what the README says:
#
#   make demo && make test
#
# Nothing is installed by hand. The new system is debootstrap's smallest ("minbase") and one package,
# `make`; a real newcomer has git as well, or no clone. Inside, only /proc and a few devices of the
# host are seen: no home, no shared data, no environment.
#
#   scripts/prove_install.sh [--folder DIR] [--keep] [--worktree] [--run "COMMANDS"]
#
#   --folder DIR   where the new system is built (default: a new temporary one); must not exist
#   --keep         leave it there afterwards; enter it with the command printed
#   --worktree     copy the files as they lie here instead of the last commit
#   --run TEXT     shell commands to run instead of `make demo && make test`
#
# The package mirror, proxies and apt's certificates are those of the host's own apt configuration.
# Needs root, debootstrap, git and 3 GB of disk. Exit status: that of the commands.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder=
keep=0
worktree=0
commands='make demo && make test'
while [ $# -gt 0 ]; do
    case $1 in
    --folder) folder=$2; shift ;;
    --run) commands=$2; shift ;;
    --keep) keep=1 ;;
    --worktree) worktree=1 ;;
    *) sed -n '3,21s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
    shift
done
if [ "$(id -u)" -ne 0 ]; then
    echo "prove_install: needs root (debootstrap, chroot)" >&2
    exit 3
fi
parent=
if [ -z "$folder" ]; then
    parent=$(mktemp -d -t sonique-prove.XXXXXX)
    folder=$parent/debian
fi
if [ -e "$folder" ]; then
    echo "prove_install: $folder exists" >&2
    exit 2
fi
log=$folder.log

finish() {
    local status=$?
    trap - EXIT
    if mountpoint -q "$folder/proc"; then
        umount "$folder/proc" || { echo "prove_install: $folder/proc stays mounted" >&2; exit 1; }
    fi
    if [ $keep -eq 1 ]; then
        echo "kept: mount -t proc proc $folder/proc; chroot $folder"
    elif [ -d "$folder" ]; then
        rm -rf --one-file-system "$folder"
    fi
    rm -f "$log"
    [ -z "$parent" ] || rmdir --ignore-fail-on-non-empty "$parent"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What the host's apt uses: "URI SUITE" of Debian 12's main component, in apt's own words.
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$2 ~ /^bookworm(-updates|-security)?$/ && $3 == "main" { print $1, $2 }' | sort -u)
mirror=$(awk '$2 == "bookworm" { print $1; exit }' <<<"$sources")
if [ -z "$mirror" ]; then
    echo "prove_install: the host's apt knows no Debian 12 mirror" >&2
    exit 3
fi
# How it reaches them: proxies, certificates, dates. debootstrap's own downloads go by the environment.
apt_options=$(apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Retries|By-Hash)[^ ]* "[^"]+";' || true)
apt_value() { apt-config dump --format '%v%n' "$1" | head -n 1; }
[ -z "$(apt_value Acquire::http::Proxy)" ] || export http_proxy=$(apt_value Acquire::http::Proxy)
[ -z "$(apt_value Acquire::https::Proxy)" ] || export https_proxy=$(apt_value Acquire::https::Proxy)

include=make
case $sources in *https://*) include=make,ca-certificates ;; esac

mkdir -p "$folder"
echo "a fresh Debian 12 in $folder"
if ! debootstrap --variant=minbase --include=$include bookworm "$folder" "$mirror" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    exit 3
fi

sed 's|^\([^ ]*\) \([^ ]*\)$|deb \1 \2 main|' <<<"$sources" >"$folder/etc/apt/sources.list"
[ -z "$apt_options" ] || echo "$apt_options" >"$folder/etc/apt/apt.conf.d/99host"
for certificates in /usr/local/share/ca-certificates $(apt_value Acquire::https::CAInfo); do
    [ $include != make ] && [ -e "$certificates" ] || continue
    mkdir -p "$folder$(dirname "$certificates")"
    cp -rL "$certificates" "$folder$(dirname "$certificates")/"
done
for name in resolv.conf hosts; do
    [ ! -e /etc/$name ] || cat /etc/$name >"$folder/etc/$name"
done
[ $include = make ] || chroot "$folder" update-ca-certificates >>"$log" 2>&1

mount -t proc proc "$folder/proc"
for link in fd:/proc/self/fd stdin:/proc/self/fd/0 stdout:/proc/self/fd/1 stderr:/proc/self/fd/2; do
    [ -e "$folder/dev/${link%%:*}" ] || ln -s "${link#*:}" "$folder/dev/${link%%:*}"
done
if ! [ -c "$folder/dev/null" ]; then
    echo "prove_install: debootstrap could not make devices here" >&2
    exit 3
fi

if [ $worktree -eq 1 ]; then
    mkdir -p "$folder/root/sonique"
    git -C "$root" ls-files -z --cached --others --exclude-standard |
        (cd "$root" && xargs -0 ls -d 2>/dev/null | tr '\n' '\0' | tar -c --null -T - -f -) |
        tar -x --no-same-owner -C "$folder/root/sonique"
else
    git clone -q --no-hardlinks "$root" "$folder/root/sonique"
fi

# No terminal, no input, nothing of the host's environment.
echo "in it: $commands"
start=$(date +%s)
status=0
chroot "$folder" /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c "cd /root/sonique && $commands" </dev/null || status=$?
if [ $status -eq 0 ]; then
    echo "proved in $(($(date +%s) - start)) s: $commands"
else
    echo "NOT proved: exit status $status from: $commands" >&2
fi
exit $status
