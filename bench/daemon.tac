from bench.daemon import make

application = make()
