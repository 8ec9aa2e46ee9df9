OAuth 2 for apps: authorization code with PKCE and out of band, client credentials, password, refresh and revoke, with server metadata.
