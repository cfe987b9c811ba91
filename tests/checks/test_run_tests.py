#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""scripts/run_tests.py counts right: above all, nothing that failed is taken for a pass."""
import pathlib
import sys
import tempfile
import unittest.mock

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "scripts")]
import run_tests  # noqa: E402
import tap  # noqa: E402


def outcome(script, timeout_s=20.0):
    """(passed, names failed, names skipped) of a shell script run as a test named t."""
    result = run_tests.run(run_tests.Task("t", ["/bin/sh", "-c", script], timeout_s))
    return result.passed, [name for name, _ in result.failed], result.skipped


def expect(got, want):
    assert got == want, f"got {got}, want {want}"


def test_plain_program():
    expect(outcome("exit 0"), (1, [], []))
    expect(outcome("exit 77"), (0, [], ["t"]))
    expect(outcome("exit 1"), (0, ["t: exit status 1"], []))


def test_each_function_counts():
    expect(outcome("echo 1..3; echo 'ok 1 - a'; echo 'ok 2 - b'; echo 'ok 3 - c'"), (3, [], []))


def test_cmocka_skip_is_a_skip():
    expect(outcome("echo 1..2; echo 'ok 1 - a'; echo 'not ok 2 # SKIP b'"), (1, [], ["t: b"]))


def test_tap_skip_is_a_skip():
    expect(outcome("echo 1..1; echo 'ok 1 # SKIP no data'"), (0, [], ["t: no data"]))
    expect(outcome("echo '1..0 # SKIP no data'"), (0, [], ["t"]))


def test_failure_is_named_with_what_it_said():
    result = run_tests.run(run_tests.Task("t", ["/bin/sh", "-c", """
        echo 1..2; echo 'ok 1 - a'; echo said; echo 'not ok 2 - b'; echo '# t.c:9: why'; exit 1
        """], 20))
    expect(result.passed, 1)
    expect(result.failed, [("t: b", "said\n# t.c:9: why")])


def test_print_without_newline_hides_no_result():
    expect(outcome("echo 1..2; echo 'stray not ok 1 - a'; echo '50 %ok 2 - b'; exit 1"),
           (1, ["t: a"], []))


def test_failure_counts_even_with_status_0():
    expect(outcome("echo 1..1; echo 'not ok 1 - a'"), (0, ["t: a"], []))


def test_crash_halfway():
    expect(outcome("echo 1..3; echo 'ok 1 - a'; kill -SEGV $$"),
           (1, ["t: killed by SIGSEGV after 1 of 3 tests"], []))


def test_sanitizer_report_halfway():
    expect(outcome("echo 1..3; echo 'ok 1 - a'; exit 1"),
           (1, ["t: exit status 1 after 1 of 3 tests"], []))


def test_quiet_stop_halfway():
    expect(outcome("echo 1..3; echo 'ok 1 - a'"), (1, ["t: exit status 0 after 1 of 3 tests"], []))


def test_leak_after_the_tests():
    expect(outcome("echo 1..1; echo 'ok 1 - a'; exit 23"),
           (1, ["t: exit status 23 after its tests"], []))


def test_group_setup_that_failed():
    expect(outcome("echo 1..2; echo 'not ok 0 - g [  FAILED  ] GROUP SETUP'; echo '# ok - g'"),
           (0, ["t: g [  FAILED  ] GROUP SETUP"], []))


def test_several_groups():
    expect(outcome("echo 1..1; echo 'ok 1 - a'; echo '# ok - g'; echo 1..2; echo 'ok 1 - b'; "
                   "echo 'ok 2 - c'"), (3, [], []))
    expect(outcome("echo 1..1; echo 'ok 1 - a'; echo 1..2; echo 'ok 1 - b'"),
           (2, ["t: exit status 0 after 2 of 3 tests"], []))


def test_timeout():
    expect(outcome("echo 1..2; echo 'ok 1 - a'; sleep 60", 0.5),
           (1, ["t: timed out after 1 of 2 tests"], []))
    expect(outcome("sleep 60", 0.5), (0, ["t: timed out"], []))


def test_timeout_ends_children_too():
    # the grandchild keeps the output open: a run that waited for it would last 60 s
    expect(outcome("sleep 60 & sleep 60", 0.5), (0, ["t: timed out"], []))


def test_program_that_is_not_there():
    result = run_tests.run(run_tests.Task("t", ["/nonexistent/program"], 5))
    expect((result.passed, len(result.failed)), (0, 1))


def fuzz_folder(*names):
    """A tree with these files under tests/fuzz, put in the place of ours until it is closed."""
    folder = tempfile.TemporaryDirectory()
    for name in names:
        path = pathlib.Path(folder.name) / run_tests.FUZZ / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# why\n-runs=7\n")
    return folder, unittest.mock.patch.multiple(run_tests, ROOT=pathlib.Path(folder.name)), \
        unittest.mock.patch.object(run_tests.builds, "ROOT", pathlib.Path(folder.name))


def fuzz_tasks(names, **how):
    """The commands, by target, that a tree with these files gives."""
    folder, ours, theirs = fuzz_folder(*names)
    with folder, ours, theirs:
        return {task.name: task.command for task in run_tests.tasks_of_fuzzing(3, "", **how)}


def test_fuzz_target_alone():
    tasks = fuzz_tasks(["fuzz_a.c", "fuzz_input.h", "mutate.c"])
    expect(list(tasks), ["fuzz/fuzz_a"])
    command = tasks["fuzz/fuzz_a"]
    assert command[0].endswith("tests/fuzz/fuzz_a") and "-max_total_time=3" in command
    expect([word for word in command if "dict" in word or "seed" in word], [])
    assert command[-1].endswith("corpus/fuzz_a"), command


def test_fuzz_target_with_all():
    tasks = fuzz_tasks(["fuzz_a.c", "a.dict", "a.options", "corpus_a/x", "fuzz_b.c"])
    command = tasks["fuzz/fuzz_a"]
    assert "-runs=7" in command and any(w.endswith("/a.dict") for w in command), command
    assert command[-1].endswith("tests/fuzz/corpus_a") and "# why" not in command
    expect([w for w in tasks["fuzz/fuzz_b"] if "runs" in w or "dict" in w], [])


def test_fuzz_never_writes_to_the_tree():
    # libFuzzer writes what it finds to the first folder
    for briefly in (False, True):
        command = fuzz_tasks(["fuzz_a.c", "corpus_a/x"], briefly=briefly)["fuzz/fuzz_a"]
        folders = [word for word in command[1:] if not word.startswith("-")]
        expect(len(folders), 2)
        assert run_tests.FUZZ not in folders[0], folders


def test_fuzz_briefly_repeats():
    command = fuzz_tasks(["fuzz_a.c"], briefly=True)["fuzz/fuzz_a"]
    assert "-seed=1" in command
    assert not any(word.endswith("/corpus/fuzz_a") for word in command), command


def test_fuzz_failure_is_no_skip():
    # libFuzzer's own exit status for a crash is the one that means "skipped" here
    assert f"-error_exitcode={run_tests.SKIP_STATUS}" not in fuzz_tasks(["fuzz_a.c"])["fuzz/fuzz_a"]
    assert "-error_exitcode=1" in fuzz_tasks(["fuzz_a.c"])["fuzz/fuzz_a"]


def test_fuzz_targets_of_this_tree():
    here = run_tests.ROOT / run_tests.FUZZ
    table = (here / "meson.build").read_text()
    told = (here / "README.md").read_text()
    for target in run_tests.fuzz_targets():
        assert f"'{target}'" in table, f"fuzz_{target}.c is not in tests/fuzz/meson.build"
        assert f"`{target}`" in told, f"tests/fuzz/README.md does not say what {target} covers"


if __name__ == "__main__":
    sys.exit(tap.run(tap.tests_of(globals())))
