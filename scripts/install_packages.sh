#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing of the given sections of scripts/packages.txt, by apt.
#
#   scripts/install_packages.sh build test     silent and without root when all is there
#   scripts/install_packages.sh --list build   only prints what is missing
#
# Needs Debian 12; asks for sudo when not root. Exit status 3: something can't be installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
list_only=0
if [ "${1:-}" = --list ]; then
    list_only=1
    shift
fi
if [ $# -eq 0 ]; then
    echo "usage: scripts/install_packages.sh [--list] SECTION..." >&2
    exit 2
fi

wanted=
for section in "$@"; do
    if ! grep -qxF "[$section]" "$here/packages.txt"; then
        echo "install_packages: no section [$section] in scripts/packages.txt" >&2
        exit 2
    fi
    wanted="$wanted $(awk -v s="[$section]" '
        /^\[/ { inside = ($1 == s); next }
        inside && NF && $1 !~ /^#/ { print $1 }' "$here/packages.txt")"
done

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "install_packages: not a Debian system; the names of what is needed:" $wanted >&2
    exit 3
fi

installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" { print $2 }')
missing=$(
    for package in $wanted; do
        echo "$package"
    done | sort -u | grep -vxF "$installed" || true
)

if [ $list_only -eq 1 ]; then
    [ -z "$missing" ] || echo "$missing"
    exit 0
fi
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "install_packages: missing, and there is no sudo; as root run:" >&2
        echo "  apt-get install --no-install-recommends" $missing >&2
        exit 3
    fi
    as_root=sudo
fi

export DEBIAN_FRONTEND=noninteractive
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
        -o Acquire::Retries=3 "$@" </dev/null
}

echo "installing:" $missing
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The first try may only fail because the package lists are empty or old; then fetch them and look
# again. What apt says matters only when the second try fails as well.
if apt install --no-install-recommends $missing >"$log" 2>&1; then
    exit 0
fi
echo "fetching package lists"
if apt update >"$log" 2>&1 && apt install --no-install-recommends $missing >"$log" 2>&1; then
    exit 0
fi
tail -n 20 "$log" >&2
echo "install_packages: apt could not install:" $missing >&2
exit 3
