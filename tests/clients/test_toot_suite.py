"""toot's own integration tests, made to run against a Mastodon, against a daemon of ours: all 114 of them."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

from tests.clients.foreign import KEPT, fetch, python_with, run
from tests.flows.test_daemons import FlowCase

RELEASE = "0.52.1"
COUNT = 114


class TootSuiteTests(FlowCase):
    timeout = 300

    async def source(self, python: Path) -> Path:
        """The release as its authors packed it: what is installed leaves its tests out."""
        kept = KEPT / f"toot-{RELEASE}.tar.gz"
        if not kept.is_file():
            wanted = ("--no-deps", "--no-binary", "toot", f"toot=={RELEASE}")
            await fetch(str(python), "-m", "pip", "download", "--quiet", "--dest", str(KEPT), *wanted)
        folder = Path(self.mktemp())
        with tarfile.open(kept) as packed:
            packed.extractall(folder, filter="data")
        return (folder / f"toot-{RELEASE}").resolve()

    async def test_all_of_toots_tests_pass(self) -> None:
        python = await python_with("toot", f"toot=={RELEASE}", "pytest", "pytest-xdist")
        source = await self.source(python)
        daemon = await self.daemon("here")
        # The tests of logging in name this address, whatever they are told.
        log_in = source / "tests" / "integration" / "test_auth.py"
        log_in.write_text(log_in.read_text().replace("localhost:3000", daemon.domain))
        code, said = await run(
            *(str(python), "-m", "pytest", "-n", "2", "-q", "-W", "ignore", "-p", "no:cacheprovider", "tests/integration"),
            folder=source,
            TOOT_TEST_BASE_URL=daemon.url,
            XDG_CONFIG_HOME=str(source / "config"),
            XDG_CACHE_HOME=str(source / "cache"),
        )
        passed = re.search(r"(\d+) passed", said)
        failed = set(re.findall(r"^FAILED \S+::(\w+)", said, re.MULTILINE))
        self.assertEqual((failed, code in (0, 1)), (set(), True), said[-6000:])
        self.assertEqual(int(passed[1]) if passed else 0, COUNT - len(failed), said[-6000:])
