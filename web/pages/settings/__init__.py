"""The settings of a person: pages with forms, one module per section, without JavaScript."""
