Trends (hashtags, notes, links), the history of hashtags, suggestions, the directory, familiar followers, peers and the activity of twelve weeks are computed here and shown over the Mastodon API.
