# make run     a server on this machine, data in ./var (HTTP=, GOPHER=, IRC= ports, VAR= folder)
# make demo    the same on data of its own, furnished with people, pictures, a poll and a room
# make test    the tests          make lint    types, style, import contracts
# make toot    the integration tests of the client toot, against a server of their own
# make schemathesis   what schemathesis makes of /api/openapi.json, at length (EXAMPLES= of each operation)
# make bench   the measurements   make irctest IRCTEST=DIR   make sweep FIXTURES=DIR
# make interop-servers PEERS=DIR   whole servers of others against ours (ONLY= which, ROWS= which rows): tests/interop/servers/README.md
HTTP ?= 4000
GOPHER ?= 7070
IRC ?= 6667
VAR ?= var
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
EXAMPLES ?= 50

.PHONY: run demo install test toot schemathesis lint bench sweep irctest interop-servers

install: .venv/installed

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pleromad needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

run: install
	$(BIN)/twistd --nodaemon --pidfile= pleromad --http $(HTTP) --gopher $(GOPHER) --irc $(IRC) --data-dir $(VAR)

demo: install
	$(BIN)/twistd --nodaemon --pidfile= pleromad --demo --http $(HTTP) --gopher $(GOPHER) --irc $(IRC) --data-dir $(VAR)/demo

test: install
	$(BIN)/python -m tests.support.run --jobs $(JOBS) $(TESTS)

toot: install
	PLEROMAD_CI=1 $(BIN)/python -m tests.support.run --jobs 1 tests.clients.test_toot_suite

# Long: EXAMPLES of each operation of /api/openapi.json.
schemathesis: install
	EXAMPLES=$(EXAMPLES) PLEROMAD_CI=1 $(BIN)/python -m tests.support.run --jobs 1 tests.clients.test_schemathesis

lint: install
	$(BIN)/ruff check .
	$(BIN)/mypy pleromad protocols store web
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m bench $(BENCH)

sweep: install
	FIXTURES="$(FIXTURES)" $(BIN)/python -m twisted.trial tests.sweep.sweep

irctest: install
	tests/irctest/run "$(IRCTEST)"

interop-servers: install
	$(BIN)/python -m tests.interop.servers "$(PEERS)" --only "$(ONLY)" --rows "$(ROWS)"
