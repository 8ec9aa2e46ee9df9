"""Preview cards: jobs fetch the page behind a link, once for each address, and read OpenGraph and oEmbed out of it."""
