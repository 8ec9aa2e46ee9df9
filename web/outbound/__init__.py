"""What this server asks of others, all of it through one HTTP client.

It connects to public addresses only (checked after DNS, at every redirect), over TLS with checked certificates, follows
few redirects, and bounds size, time and how much is asked of one host at once. The three switches of `[federation]`
(allow_http, allow_private_addresses, extra_ca_file) open just what they name.
"""
