"""The tests, a mirror of the tree. On a busy machine hypothesis is slow, which says nothing about what it tests: it has no deadline here."""

from hypothesis import HealthCheck, settings

settings.register_profile("pleromad", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pleromad")
