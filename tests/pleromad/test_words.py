from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from pleromad.searching.query import parse
from pleromad.text.words import asked, document, folded
from tests.support.core import CoreCase

TEXTS = st.text(st.sampled_from("abcdéÉñßøй ё12 _-'\"\\:&|!()<>*\0東京都大阪あアｶﾞ한국어ภาษาไทยहिन्दी🐈☕️\u0301\u200d\n"), max_size=60)


class WordTests(SynchronousTestCase):
    def test_what_reads_the_same_is_the_same(self) -> None:
        for one, other in (("Café", "cafe"), ("STRASSE", "straße"), ("ＡＢＣ", "abc"), ("ｶﾞ", "ガ"), ("ёлка", "елка"), ("Ærø", "aero"), ("ΣΊΣΥΦΟΣ", "σισυφος")):
            self.assertEqual(folded(one), folded(other))
        self.assertNotEqual(folded("й"), folded("и"))
        self.assertNotEqual(folded("が"), folded("か"))

    def test_words_have_places_and_weights(self) -> None:
        self.assertEqual(document([("A", "Red Cat"), ("D", "cat")], ["=image"]), "'=image' 'red':1A 'cat':2A,13")

    def test_unspaced_script_is_cut_into_pairs(self) -> None:
        self.assertEqual(document([("D", "東京都")]), "'東京':1 '京都':2 '都':3")
        self.assertEqual(asked("東京都"), "('東京' <1> '京都')")
        self.assertEqual(asked("京"), "'京':*")
        self.assertEqual(asked("東京a"), "('東京' <2> 'a')")
        self.assertEqual(asked("हिन्दी"), "'हिन्दी'")

    def test_addresses_are_found_by_their_parts(self) -> None:
        self.assertEqual(asked("https://www.example.com/cats"), "('example' <1> 'com' <1> 'cats')")
        self.assertEqual(asked("https"), "")


class QueryTests(SynchronousTestCase):
    def test_operators_words_and_phrases(self) -> None:
        query = parse('cats -dogs "big red" from:me -from:@bob@far.example has:image -is:reply language:DE in:library')
        self.assertEqual(query.words, "'cats' & !'dogs' & ('big' <1> 'red') & '=image' & !'=reply' & '=lang:de'")
        self.assertEqual((query.authors, query.not_authors, query.library, query.text), (("me",), ("bob@far.example",), True, True))

    def test_either_of_two(self) -> None:
        self.assertEqual(parse("a OR b c").words, "('a' | 'b') & 'c'")
        self.assertEqual(parse("OR a OR").words, "'a'")
        self.assertEqual(parse("a or b").words, "'a' & 'or' & 'b'")

    def test_dates_are_ids(self) -> None:
        day, month = parse("during:2026-05-01"), parse("during:2026-05")
        self.assertEqual(day.since, month.since)
        self.assertEqual((month.until or 0) - (month.since or 0), 31 * 86_400_000 << 16)
        self.assertEqual(parse("after:2026-05-01").since, day.until)
        self.assertEqual(parse("before:2026").until, parse("during:2026").since)
        self.assertEqual(parse("-before:2026").since, parse("during:2026").since)
        self.assertEqual(parse("before:2026-02-30").words, "('before' <1> '2026' <1> '02' <1> '30')")

    def test_what_is_no_operator_is_words(self) -> None:
        self.assertEqual(parse("has:teeth note:this").words, "('has' <1> 'teeth') & ('note' <1> 'this')")
        self.assertEqual(parse("frie*").words, "'frie':*")
        self.assertEqual(parse("“quoted words”").words, "('quoted' <1> 'words')")
        for nothing in ("", "!!!", "-", '"', "https", "in:public"):
            self.assertTrue(parse(nothing).empty, nothing)

    def test_much_is_cut(self) -> None:
        self.assertLess(len(parse("a " * 10_000).words), 500)


class PostgresTests(CoreCase):
    async def test_postgresql_takes_whatever_was_typed(self) -> None:
        seen: list[tuple[str, str]] = []

        @given(TEXTS, TEXTS)
        def collect(one: str, other: str) -> None:
            seen.append((document([("A", one), ("D", other)]), parse(f"{one} -{other}").words))

        collect()
        rows = await self.database.fetch(
            "SELECT d::tsvector @@ q::tsquery FROM unnest(%s::text[], %s::text[]) AS t(d, q)", ([d for d, _ in seen], [q for _, q in seen])
        )
        self.assertEqual(len(rows), len(seen))

    async def test_each_part_of_a_text_is_found_in_it(self) -> None:
        text = "Ich wohne in 東京都新宿区 und mag Kätzchen 한국어를 ภาษาไทย"
        parts = ["東京", "京都新", "区", "宿", "katzchen", "新宿区 und", "국어", "ภาษา", "wohne in", "mag Kätz"]
        for part in parts:
            found = await self.database.fetch_value("SELECT %s::tsvector @@ %s::tsquery", (document([("D", text)]), asked(part, prefix=True)))
            self.assertTrue(found, part)
        for other in ("京東", "東宿", "wohne mag"):
            found = await self.database.fetch_value("SELECT %s::tsvector @@ %s::tsquery", (document([("D", text)]), asked(other)))
            self.assertFalse(found, other)
