"""Measurements of a running daemon. `python -m bench` prints a table and writes it to bench/results/."""
