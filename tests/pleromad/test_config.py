from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from twisted.trial.unittest import TestCase

from pleromad import config
from pleromad.config import Settings, build
from pleromad.errors import SettingsError

SAMPLE = Path(__file__).parents[2] / "etc" / "pleromad.toml"


class SettingsTests(TestCase):
    def refused(self, table: dict[str, object]) -> str:
        with self.assertRaises(SettingsError) as caught:
            build(table, "/etc/pleromad.toml", Path("/"))
        said = caught.exception.public
        self.assertNotIn("\n", said)
        self.assertTrue(said.startswith("/etc/pleromad.toml: "), said)
        return said

    def test_the_sample_file_has_every_key_with_its_default(self) -> None:
        table = tomllib.loads(SAMPLE.read_text())
        table["instance"].update(domain="localhost:4000", name="")
        table["store"]["data_dir"] = "var"
        built = build(table, "", Path("/x"))
        self.assertEqual(built, build({}, "", Path("/x")))
        for field in msgspec.structs.fields(Settings):
            if field.name in ("policies", "source"):
                continue
            keys = {inner.encode_name for inner in msgspec.structs.fields(field.type)}
            self.assertEqual(set(table[field.name]), keys, field.name)

    def test_an_unknown_key_is_named_with_what_is_meant(self) -> None:
        said = self.refused({"instance": {"domian": "x"}})
        self.assertIn("instance.domian is not known (did you mean domain?)", said)

    def test_an_unknown_section_is_named(self) -> None:
        self.assertIn("[htpp] is not known (did you mean http?)", self.refused({"htpp": {}}))

    def test_a_wrong_type_is_named_in_plain_words(self) -> None:
        self.assertEqual(
            self.refused({"instance": {"post_limit": "many"}}),
            "/etc/pleromad.toml: instance.post_limit: expected a whole number, got a text",
        )

    def test_a_wrong_choice_names_the_choices(self) -> None:
        self.assertIn("is not one of open, approval, invite, closed", self.refused({"instance": {"registrations": "yes"}}))

    def test_values_are_checked(self) -> None:
        for table in (
            {"instance": {"domain": "https://x.example"}},
            {"instance": {"post_limit": 0}},
            {"http": {"public_url": "x.example"}},
            {"http": {"trusted_proxies": ["localhost"]}},
            {"gopher": {"advertise_port": 0}},
            {"federation": {"extra_ca_file": "/nowhere/ca.pem"}},
            {"mail": {"password_file": "/nowhere/password"}},
            {"mail": {"port": 0}},
            {"mail": {"from": "nobody"}},
            {"mail": {"host": "mail.example", "user": "me", "security": "none"}},
        ):
            self.refused(table)

    def test_each_switch_for_tests_is_warned_about(self) -> None:
        settings = build({"federation": {"allow_http": True, "allow_private_addresses": True}}, "", Path("/"))
        self.assertEqual(len(settings.warnings), 2)

    def test_what_is_not_toml_says_so(self) -> None:
        path = Path(self.mktemp())
        path.write_text("[instance\n")
        with self.assertRaises(SettingsError) as caught:
            config.load(path)
        self.assertIn("this is not TOML", caught.exception.public)
