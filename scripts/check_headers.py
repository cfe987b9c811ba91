#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Each header of src/ and tests/support/ compiles alone, and included twice, with GCC and Clang.

A header that only works after another one breaks the next file that includes it. Prints what the
compiler says; exit status 1 when any header fails.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ["-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wstrict-prototypes", "-Werror",
         "-D_GNU_SOURCE", "-Isrc", "-Itests", "-fsyntax-only", "-x", "c", "-"]
COMPILERS = ["gcc", "clang"]


def compile_alone(compiler, header):
    """What the compiler says against the header; empty when nothing."""
    source = f'#include "{header}"\n#include "{header}"\nint main(void) {{ return 0; }}\n'
    done = subprocess.run([compiler, *FLAGS], input=source, cwd=ROOT, text=True,
                          capture_output=True, check=False)
    return done.stderr if done.returncode else ""


def main():
    headers = [str(path.relative_to(base))
               for base, under in ((ROOT / "src", "."), (ROOT / "tests", "support"))
               for path in sorted((base / under).rglob("*.h"))]
    pairs = [(compiler, header) for header in headers for compiler in COMPILERS]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (compiler, header), said in zip(pairs, pool.map(lambda p: compile_alone(*p), pairs)):
            if said:
                bad += 1
                print(f"{header} does not compile alone with {compiler}:\n{said}")
    if not headers:
        print("no header found")
    return 1 if bad or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
