# SPDX-License-Identifier: MIT
"""A few lines of TAP for the checks written in Python: each function that is given is one test."""
import traceback


class Skip(Exception):
    """Raised by a test that lacks what it needs."""


def run(tests):
    """Run functions, print TAP, return the exit status."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
        except Skip as why:
            print(f"ok {number} # SKIP {test.__name__}: {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {test.__name__}")
            print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "), flush=True)
        else:
            print(f"ok {number} - {test.__name__}", flush=True)
    return 1 if failed else 0


def tests_of(namespace):
    """The functions named test_* of a module's globals(), in the order they were written."""
    return [thing for name, thing in namespace.items() if name.startswith("test_")]
