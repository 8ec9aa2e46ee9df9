"""The nouns everything speaks of. Frozen dataclasses and enums, no behaviour that needs the store or the network."""
