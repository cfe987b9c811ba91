#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C file is as clang-format 14 writes it, and every source names its licence in its first
# three lines. With --fix rewrites the C files instead of complaining.
set -eu
cd "$(dirname "$0")/.."

formatter=clang-format-14
command -v $formatter >/dev/null 2>&1 || formatter=clang-format
case $($formatter --version) in
*"version 14."*) ;;
*) echo "check_format: clang-format 14 is needed (another release formats otherwise)" >&2
   exit 1 ;;
esac

c_files() {
    find src tests bench examples -type f -name '*.[ch]' -print0 2>/dev/null || true
}
if [ "${1:-}" = --fix ]; then
    c_files | xargs -0r -n 20 -P 4 $formatter -i
    exit 0
fi

status=0
complaints=$(mktemp)
trap 'rm -f "$complaints"' EXIT
if ! c_files | xargs -0r -n 20 -P 4 $formatter --dry-run -Werror >"$complaints" 2>&1; then
    echo "not as clang-format 14 writes it (make format mends it): lines of"
    sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: error.*/\1/p' "$complaints" | sort | uniq -c
    grep -q ': error: ' "$complaints" || cat "$complaints"
    status=1
fi

sources() {
    find src tests bench examples scripts .ci Makefile meson.build meson_options.txt -type f \
        \( -name '*.[ch]' -o -name '*.py' -o -name '*.sh' -o -name 'meson*' -o -name Makefile \
        -o -path '.ci/*' -o -path 'scripts/*.txt' \) 2>/dev/null || true
}
unnamed=$(sources | sort | while read -r file; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done)
if [ -n "$unnamed" ]; then
    echo "no SPDX-License-Identifier: MIT in the first three lines of:"
    echo "$unnamed"
    status=1
fi
exit $status
