#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""No mutable globals: looks into the release build's objects for variables that can be written.

Thread-local ones are fine, and so are those that EXCEPTIONS names with its reason. Any other is
state that two threads, or two objects, would share without knowing. Exit status 77 when there is
no build to look at.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# (room/file, variable) patterns: why
EXCEPTIONS = {
    (r"base/alloc\.c", r".*"): "the allocator's test hooks and its count, atomic",
    (r"base/cpu\.c", r".*"): "the picked instruction sets, atomic",
    (r"base/log\.c", r".*"): "the logger",
    (r"media/av_loader\.c", r"loaded"): "the address of the module's constant table, atomic: once "
                                        "written it stays, and every writer writes the same",
    (r"plot/sheet\.c", r"sheet_module"): "as av_loader's",
    (r"synth/soundfont\.c", r"loaded"): "as av_loader's",
    (r"cli/.*", r"argp_.*"): "glibc's argp asks for these names",
    (r"cli/stop\.c", r".*"): "what a signal handler may write",
}
SYMBOL = re.compile(r"^[0-9a-f]+ .{7} (\.(?:data|bss)\S*|\*COM\*)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$")


def excepted(source, name):
    return any(re.fullmatch(files, source) and re.fullmatch(names, name)
               for files, names in EXCEPTIONS)


def variables(listing):
    """Names of what `objdump -t` shows as writable data."""
    for line in listing.splitlines():
        found = SYMBOL.match(line)
        if found and not found[1].startswith(".data.rel.ro") and int(found[2], 16) > 0:
            yield found[3]


def main(arguments):
    folder = pathlib.Path(arguments[0] if arguments else ROOT / "build") / "src"
    objects = sorted(folder.rglob("*.o"))
    if not objects:
        print("no release build to look at")
        return 77
    bad = 0
    for path in objects:
        # build/src/base/libsnq_base.a.p/alloc.c.o, or .../simd_dot_avx2.c.o for simd/dot_avx2.c
        source = f"{path.relative_to(folder).parts[0]}/{path.name[:-2]}"
        listing = subprocess.run(["objdump", "-t", str(path)], check=True, capture_output=True,
                                 text=True).stdout
        for name in variables(listing):
            if not excepted(source, re.sub(r"\.\d+$", "", name)):
                bad += 1
                print(f"src/{source}: {name} is a mutable global")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
