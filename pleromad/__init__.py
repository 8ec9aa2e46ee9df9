"""pleromad: one daemon, one core, and a door for every protocol."""

__version__ = "0.1.0"
