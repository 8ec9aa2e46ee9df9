"""Tells twistd about pleromad. Nothing else belongs here: every twistd start imports this file."""

from twisted.application.service import ServiceMaker

pleromad = ServiceMaker("pleromad", "pleromad.tap", "A fediverse server: HTTP, gopher and IRC over one core", "pleromad")
