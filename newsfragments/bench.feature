Benchmarks: `make bench` measures a daemon on 100,000 made-up notes and writes a table.
