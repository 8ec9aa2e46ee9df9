"""Runs the tests with trial and ends with one line of numbers: `N passed, N failed, N skipped`."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys

COUNT = re.compile(r"(failures|errors|skips|successes|expectedFailures|unexpectedSuccesses)=(\d+)")


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("names", nargs="*", default=[])
    given = options.parse_args()
    command = [sys.executable, "-m", "twisted.trial", f"--jobs={given.jobs}", "--reporter=text", *(given.names or ["tests"])]
    last: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as trial:
        assert trial.stdout is not None
        for line in trial.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = [*last[-20:], line]
    counts = {name: int(number) for line in last for name, number in COUNT.findall(line)}
    failed = counts.get("failures", 0) + counts.get("errors", 0) + counts.get("unexpectedSuccesses", 0)
    passed = counts.get("successes", 0) + counts.get("expectedFailures", 0)
    if trial.returncode and not failed:
        failed = 1
    print(f"{passed} passed, {failed} failed, {counts.get('skips', 0)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
