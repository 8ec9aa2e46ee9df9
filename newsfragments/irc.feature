IRC with the same accounts: rooms that stay, `&home` and `&local` as channels, direct messages, SASL, and the last lines of each room for every new client.
