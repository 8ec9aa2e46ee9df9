"""Circles of objects go whether they are young or old, and old ones are looked at only when memory has grown."""

from __future__ import annotations

import gc
from weakref import ref

from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from pleromad.garbage import MORE_BYTES, SECONDS, WITHOUT_MEASURE_SECONDS, Garbage


class Circle:
    def __init__(self) -> None:
        self.me = self


class GarbageTests(TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.bytes: int | None = 100 << 20
        self.before = gc.get_threshold()
        self.garbage = Garbage(self.clock, lambda: self.bytes)
        self.garbage.startService()
        self.addCleanup(lambda: self.garbage.running and self.garbage.stopService())

    def dropped(self, *, old: bool) -> ref[Circle]:
        """A circle nobody knows any more, since before or after the last look."""
        circle = Circle()
        known = ref(circle)
        if old:
            self.clock.advance(SECONDS)
        return known

    def test_young_circles_go_at_the_next_look(self) -> None:
        known = self.dropped(old=False)
        self.assertIsNotNone(known())
        self.clock.advance(SECONDS)
        self.assertIsNone(known())

    def test_old_circles_go_when_memory_has_grown(self) -> None:
        known = self.dropped(old=True)
        self.clock.pump([SECONDS] * 3)
        self.assertIsNotNone(known())
        assert self.bytes is not None
        self.bytes += 2 * MORE_BYTES
        self.clock.advance(SECONDS)
        self.assertIsNone(known())

    def test_old_circles_go_in_time_where_memory_cannot_be_read(self) -> None:
        self.bytes = None
        known = self.dropped(old=True)
        self.clock.advance(SECONDS)
        self.assertIsNotNone(known())
        self.clock.advance(WITHOUT_MEASURE_SECONDS)
        self.assertIsNone(known())

    def test_it_leaves_things_as_they_were(self) -> None:
        self.garbage.stopService()
        self.assertEqual((gc.get_threshold(), gc.get_freeze_count()), (self.before, 0))
