"""Runs the functions of a module that are named check_… against the broker whose URL is the first argument.

Prints one line a check, and for a failed one its traceback; ends with 1 where one failed. Further arguments pick checks.
"""

import asyncio
import inspect
import sys
import time
import traceback
import uuid


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def eventually(condition, seconds=5.0):
    """The first true answer of the condition; fails where none comes in time."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, "condition did not come true in time"
        time.sleep(0.02)


def main(module):
    url, wanted = sys.argv[1], sys.argv[2:]
    checks = [(name, function) for name, function in vars(module).items() if name.startswith("check_")]
    failed = 0
    for name, function in checks:
        if wanted and name.removeprefix("check_") not in wanted:
            continue
        try:
            if inspect.iscoroutinefunction(function):
                asyncio.run(asyncio.wait_for(function(url), 30))
            else:
                function(url)
            print(f"ok     {name}", flush=True)
        except BaseException:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
    print(f"{len(checks)} checks, {failed} failed")
    sys.exit(1 if failed else 0)
