Web pages without JavaScript: profiles, threads, timelines, hashtags, rooms, sign-up, log-in, and what it takes to post, answer, like, boost and follow.
