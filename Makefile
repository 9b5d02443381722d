# Everything sets itself up in .venv; PYTHON names another Python 3.11+.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := setup.cfg pyproject.toml scripts/venv

.PHONY: demo test test-nojit test-bounds test-peers lint types bench bench-stages samples clean

demo: .venv/ready  ## Compare the receive strategies on a bundled capture
	$(BIN)/rxreplay compare traces/samples/mixed-ns-snap96.pcap

test: .venv/ready-test  ## Run the whole suite
	$(BIN)/python -m pytest

test-nojit: .venv/ready-test  ## The suite as plain Python, every line and branch covered
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest
	$(BIN)/coverage report

test-bounds: .venv/ready-test  ## The suite with each array access checked
	NUMBA_BOUNDSCHECK=1 $(BIN)/python -m pytest tests/emulator tests/traces

test-peers: .venv/ready-test  ## Against tcpdump and capinfos, which must be installed
	$(BIN)/python -m pytest tests/peers

lint: .venv/ready-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-lint  ## On an installed copy: proves the packaging as well
	rm -rf .typecheck
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target .typecheck .
	MYPYPATH=.typecheck $(BIN)/mypy

bench: .venv/ready-test  ## Beside a C walk of the same file; needs gcc
	$(BIN)/python benchmarks/bench.py

bench-stages: .venv/ready-test  ## Each stage by itself
	$(BIN)/python -m pytest benchmarks/test_stages.py --benchmark-columns=min,median,rounds

samples:  ## Record the bundled captures again; needs root, tcpdump and more
	scripts/record-samples

clean:
	rm -rf .venv .typecheck build dist *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/ready: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv
	@touch $@

.venv/ready-test: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv test
	@touch $@ .venv/ready

.venv/ready-lint: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv lint
	@touch $@
