"""One module per activity type: what it means here, and how it is taken back. `table.py` names them all."""
