#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The builds that we make: folder, compiler and options of each, in one table.

    scripts/builds.py release          configure (when needed) and compile
    scripts/builds.py release asan     several, one after the other
    scripts/builds.py --program release    no tests: only the command `sonique`

A folder that was configured otherwise (another compiler, another sanitizer) is made anew. The
environment variable JOBS bounds the number of compilers at a time.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Build:
    """One way to build the tree."""

    folder: str  # beside meson.build
    title: str  # what the reader of a report sees
    compiler: str  # gcc or clang
    options: dict = field(default_factory=dict)  # Meson's, the ones that differ from its defaults
    env: dict = field(default_factory=dict)  # for the tests
    slowness: float = 1.0  # factor on the tests' time limits


ASAN_ENV = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1"
                    ":allocator_may_return_null=1"
                    # not cmocka's handler but ASan's, which shows where
                    ":handle_segv=2:handle_sigbus=2:handle_sigfpe=2:handle_sigill=2",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "LSAN_OPTIONS": "print_suppressions=0",
}
ASAN = {"buildtype": "debugoptimized", "b_sanitize": "address,undefined", "b_lundef": "false"}
TSAN = {"buildtype": "debugoptimized", "b_sanitize": "thread", "b_lundef": "false"}

BUILDS = {
    "release": Build("build", "release, GCC", "gcc"),
    "asan": Build("build-asan", "ASan and UBSan, Clang", "clang", ASAN, ASAN_ENV, 4.0),
    "release-clang": Build("build-clang", "release, Clang", "clang"),
    "asan-gcc": Build("build-asan-gcc", "ASan and UBSan, GCC", "gcc", ASAN, ASAN_ENV, 4.0),
    "tsan": Build("build-tsan", "TSan, Clang", "clang", TSAN,
                  {"TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"}, 10.0),
    "coverage": Build("build-cov", "coverage, GCC", "gcc",
                      {"buildtype": "debug", "b_coverage": "true"}, {}, 3.0),
    "fuzz": Build("build-fuzz", "fuzzers, Clang", "clang", {**ASAN, "fuzz": "true"}, ASAN_ENV, 4.0),
}
DEFAULTS = {"buildtype": "release", "b_sanitize": "none", "b_coverage": "false", "fuzz": "false"}
# the command, and what it loads from beside itself
PROGRAM = ["sonique", "libsnq_media_av.so", "libsnq_plot.so"]


class BuildFailed(Exception):
    """A build that could not be made; the text is what to show."""


def _wanted(build):
    return {**DEFAULTS, **build.options}


def _as_configured(folder):
    """Compiler and options of a configured folder, or None when there is no such thing."""
    try:
        commands = json.loads((folder / "compile_commands.json").read_text())
        said = json.loads((folder / "meson-info" / "intro-buildoptions.json").read_text())
    except (OSError, ValueError):
        return None
    compiler = commands[0]["command"].split()[0] if commands else ""
    if compiler == "cc":
        compiler = os.path.basename(os.path.realpath(shutil.which("cc") or "cc"))
    options = {o["name"]: str(o["value"]).lower() if isinstance(o["value"], bool) else o["value"]
               for o in said}
    return compiler, options


def _fits(build, folder):
    found = _as_configured(folder)
    if found is None:
        return False
    compiler, options = found
    return build.compiler in compiler and all(
        options.get(name, DEFAULTS.get(name)) == value for name, value in _wanted(build).items())


def _run(command, env):
    done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        said = [line for line in done.stdout[-50000:].splitlines()
                if not re.match(r"\[\d+/\d+\] |ninja: Entering", line)]
        # ninja: what it did before the first failure tells nothing
        first = next((i for i, line in enumerate(said) if line.startswith("FAILED: ")), 0)
        said = said[first:]
        raise BuildFailed("\n".join([" ".join(map(str, command)), *said]))


def folder_of(name):
    """The absolute path of a build's folder."""
    return ROOT / BUILDS[name].folder


def make(name, targets=()):
    """Configure when needed and compile (all when no targets are named); raises BuildFailed."""
    build = BUILDS[name]
    folder = folder_of(name)
    env = {**os.environ, "CC": build.compiler}
    for unwanted in ("CFLAGS", "LDFLAGS", "CC_LD"):  # Meson would bake them in
        env.pop(unwanted, None)
    if not _fits(build, folder):
        options = [f"-D{key}={value}" for key, value in _wanted(build).items()
                   if key != "fuzz" or value == "true"]
        again = ["--wipe"] if (folder / "meson-private").is_dir() else []
        _run(["meson", "setup", *again, *options, str(folder), str(ROOT)], env)
    jobs = os.environ.get("JOBS")
    _run(["ninja", "-C", str(folder), *(["-j", jobs] if jobs else []), *targets], env)


def main(names):
    targets = PROGRAM if "--program" in names else []
    names = [name for name in names if name != "--program"]
    if not names or any(name not in BUILDS for name in names):
        print(f"usage: scripts/builds.py [--program] {{{','.join(BUILDS)}}}...", file=sys.stderr)
        return 2
    try:
        for name in names:
            make(name, targets)
    except BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
