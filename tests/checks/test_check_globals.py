#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""scripts/check_globals.py finds every kind of writable variable and lets constants be."""
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
import tap  # noqa: E402

SCRIPT = HERE.parent.parent / "scripts" / "check_globals.py"


def look(room, text):
    """(exit status, what was printed) for a build with one object of this source."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "src" / room / "lib.p"
        place.mkdir(parents=True)
        subprocess.run(["gcc", "-c", "-fPIC", "-O2", "-x", "c", "-", "-o", str(place / "thing.c.o")],
                       input=text, text=True, check=True)
        done = subprocess.run([str(SCRIPT), folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


def test_writable_variables():
    for text, name in (("int filled = 3;", "filled"), ("int zeroed;", "zeroed"),
                       ("static int kept; int f(void) { return ++kept; }", "kept"),
                       ("int f(void) { static int inside; return ++inside; }", "inside"),
                       ("__attribute__((visibility(\"hidden\"))) int unseen;", "unseen")):
        status, said = look("dsp", text)
        assert status == 1 and name in said, f"{text}: {status} {said}"


def test_constants_and_thread_locals():
    status, said = look("dsp", "const int a = 3; static const char *const t[] = { \"x\", \"y\" };"
                               "const char *g(int i) { return t[i]; } _Thread_local int b;")
    assert status == 0, said


def test_exceptions():
    assert look("cli", "const char *argp_program_version = \"1\";")[0] == 0
    assert look("cli", "int other;")[0] == 1


def test_no_build_is_a_skip():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([str(SCRIPT), folder], capture_output=True, check=False)
    assert done.returncode == 77


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
