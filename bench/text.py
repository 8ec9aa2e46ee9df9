"""Made-up words in the proportions of a language: a few very often, most of them rarely (Zipf)."""

from __future__ import annotations

from itertools import accumulate
from random import Random

SYLLABLES = ["ka", "mo", "ri", "ten", "sul", "ver", "an", "do", "fi", "gra", "hel", "is", "jor", "lu", "mar", "nen", "os", "pri", "qua", "ro", "si", "tan", "ul", "ve", "wen", "xo", "yar", "zi", "bel", "cor"]
WORDS = 3_000
TAGS = 200
EMOJI = ["😀", "🌧", "☕", "🚲", "🎧", "🐈", "📚", "日本", "東京", "🌻"]


class Vocabulary:
    def __init__(self, random: Random) -> None:
        self._random = random
        words: dict[str, None] = {}
        while len(words) < WORDS:
            words["".join(random.choices(SYLLABLES, k=random.randint(1, 4)))] = None
        self._words = list(words)
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(WORDS)))
        self.tags = [f"{word}{number}" for number, word in enumerate(random.sample(self._words, TAGS))]

    def words(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=count)

    def sentence(self, count: int) -> str:
        words = self.words(count)
        if self._random.random() < 0.1:
            words.append(self._random.choice(EMOJI))
        return " ".join(words).capitalize() + "."

    def text(self) -> list[str]:
        """Paragraphs of a note: most are short."""
        length = min(400, max(4, int(self._random.lognormvariate(3.1, 0.8))))
        parts, left = [], length
        while left > 0:
            take = min(left, self._random.randint(8, 60))
            parts.append(self.sentence(take))
            left -= take
        return parts
