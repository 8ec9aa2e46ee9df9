-- What one of ours signed with before its keys were replaced: followers who keep keys believe the new ones only under the old signature.
ALTER TABLE keys ADD COLUMN old_private_key_pem text, ADD COLUMN old_ed25519_private_pem text;
