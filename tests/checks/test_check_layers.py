#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every rule of scripts/check_layers.py fires on a made-up tree, and none on a good one."""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts")]
import check_layers  # noqa: E402
import tap  # noqa: E402

GOOD = {
    "base/status.h": "typedef enum snq_status { SNQ_OK } snq_status;\n",
    "base/alloc.c": '#include "base/status.h"\nvoid *p(void) { return malloc(3); }\n',
    "dsp/fft.h": '#include "base/status.h"\n',
    "dsp/fft_impl.h": "struct snq_fft { int n; };\n",
    "dsp/fft.c": '#include "dsp/fft.h"\n#include "dsp/fft_impl.h"\n#include <math.h>\n',
    "dsp/simd/dot_avx2.c": '#include "dsp/fft_impl.h"\n',
    "media/decode.c": 'int f(void) { return avformat_open_input(0, "x", 0, 0); }\n',
    "jobs/child.c": "void f(void) { _exit(1); }\n",
    "cli/main.c": '#include "jobs/analyse.h"\nint main(void) { printf("x"); exit(0); }\n',
    "jobs/analyse.h": '#include "media/decode.h"\n#include "dsp/fft.h"\n',
    "media/decode.h": "int f(void);\n",
    # words in comments and strings, members, and functions of the file's own are no calls
    "listen/onset.c": '// printf("x"); fopen(a)\n/* exit(0) */\nconst char *t = "free(x)";\n'
                      "void f(snq_x *x) { x->free(x); x.open(); snq_free(x); }\n"
                      "static void open(int a)\n{\n}\nvoid g(void) { open(3); }\n"
                      "void h(FILE *f) { fwrite(0, 1, 2, f); fprintf(f, \"stdout\"); }\n",
}


def check(files):
    """Sorted (path, line, rule) of the breaches in GOOD with `files` added or put in place."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**GOOD, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return sorted((str(path.relative_to(root)), line, rule)
                      for path, line, rule, _ in check_layers.check_tree(root))


def expect(files, *want):
    got = check(files)
    assert got == sorted(want), f"got {got}, want {sorted(want)}"


def test_good_tree_is_silent():
    expect({})


def test_include_upward():
    expect({"dsp/stft.c": '\n#include "media/decode.h"\n'}, ("dsp/stft.c", 2, "layer"))


def test_include_sideways():
    expect({"media/encode.c": '#include "listen/onset.h"\n', "listen/onset.h": ""},
           ("media/encode.c", 1, "layer"))


def test_every_room_is_bound_by_the_table():
    for room, may in check_layers.ALLOWED.items():
        for other in check_layers.ALLOWED:
            files = {f"{other}/target.h": "", f"{room}/source.c": f'#include "{other}/target.h"\n'}
            ok = other == room or other in may
            expect(files, *([] if ok else [(f"{room}/source.c", 1, "layer")]))


def test_the_table_has_no_circle():
    floors, left = set(), dict(check_layers.ALLOWED)
    while left:
        ready = {room for room, may in left.items() if may <= floors}
        assert ready, f"rooms that include each other in a circle: {sorted(left)}"
        floors |= ready
        left = {room: may for room, may in left.items() if room not in ready}


def test_unknown_room():
    expect({"dsp/a.c": '#include "attic/b.h"\n', "attic/b.h": ""},
           ("attic/b.h", 1, "layer"), ("dsp/a.c", 1, "layer"))


def test_file_beside_the_rooms():
    expect({"stray.c": ""}, ("stray.c", 1, "layer"))


def test_private_header_of_another_room():
    expect({"listen/key.c": '#include "dsp/fft_impl.h"\n'}, ("listen/key.c", 1, "private"))


def test_include_that_climbs():
    expect({"dsp/stft.c": '#include "../base/status.h"\n#include "base/../dsp/fft.h"\n'},
           ("dsp/stft.c", 1, "path"), ("dsp/stft.c", 2, "path"))


def test_include_without_its_room():
    expect({"dsp/stft.c": '#include "fft.h"\n'}, ("dsp/stft.c", 1, "path"))


def test_include_of_ours_in_angle_brackets():
    expect({"dsp/stft.c": "#  include <base/status.h>\n"}, ("dsp/stft.c", 1, "path"))


def test_include_that_is_not_there():
    expect({"dsp/stft.c": '#include "base/nowhere.h"\n'}, ("dsp/stft.c", 1, "path"))


def test_include_in_a_comment_counts_not():
    expect({"dsp/stft.c": '// #include "media/decode.h"\n/*\n#include "cli/x.h"\n*/\n'})


def test_file_name_twice():
    expect({"media/fft.c": ""}, ("media/fft.c", 1, "twice"))
    expect({"dsp/simd/fft.c": ""}, ("dsp/simd/fft.c", 1, "twice"))


def test_thing_twice():
    expect({"listen/key.h": "struct snq_fft { int a; };\n"}, ("listen/key.h", 1, "twice"))
    expect({"base/limits.h": "#define SNQ_N 1\n", "listen/key.h": "#define SNQ_N 1\n"},
           ("listen/key.h", 1, "twice"))


def test_file_opened_elsewhere():
    for name in ("fopen", "open", "opendir", "mkstemp", "avformat_open_input", "sqlite3_open_v2"):
        for room in ("listen", "cli"):
            expect({f"{room}/key.c": f'void f(void)\n{{\n    x = {name}("a", 0);\n}}\n'},
                   (f"{room}/key.c", 3, "files"))
        expect({"catalog/key.c": f'void f(void) {{ {name}("a", 0); }}\n'})


def test_printing_in_a_library():
    for said in ('printf("x")', 'puts ("x")', 'fprintf(stderr, "x")', 'fputs("x", stdout)',
                 "fwrite(p, 1, n, stdout)", "perror(0)", "exit(1)", "abort()", "_exit(1)"):
        expect({"listen/key.c": f"void f(void) {{ {said}; }}\n"}, ("listen/key.c", 1, "prints"))
        expect({"cli/cmd.c": f"void f(void) {{ {said}; }}\n"})


def test_memory_past_alloc():
    for said in ("malloc(3)", "p = realloc(p, 3)", "free(p)", "strdup(p)", "alloca(3)"):
        expect({"listen/key.c": f"void f(void) {{ {said}; }}\n"}, ("listen/key.c", 1, "memory"))


def test_unsafe_function():
    for said in ("strcpy(a, b)", "sprintf(a, b)", "rand()", "strtok(a, b)", "system(a)"):
        expect({"cli/cmd.c": f"void f(void) {{ {said}; }}\n"}, ("cli/cmd.c", 1, "unsafe"))


def test_waiver_needs_a_reason():
    line = "void f(void) { free(p); } /* layers-ok:%s */\n"
    expect({"listen/key.c": line % " the library's own memory"})
    expect({"listen/key.c": line % ""}, ("listen/key.c", 1, "memory"))


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
