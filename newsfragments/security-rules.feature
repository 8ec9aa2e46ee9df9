Nobody brings back the notes of a suspended account by boosting them, and nobody names the key of another as theirs.
