Gopher: everything that is public can be read with lynx, curl or a plain socket: timelines, threads, people, hashtags, rooms, search and pictures.
