"""The gopher door (RFC 1436): everything that is public here, to be read with lynx, curl or a plain socket."""
