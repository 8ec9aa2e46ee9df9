The page behind the first link of a note is fetched once and shown as a preview card (OpenGraph, oEmbed); `[media] preview_cards = false` switches that off.
