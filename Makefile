# Everything sets itself up in .venv; PYTHON names another Python 3.11+.
PYTHON ?= python3
CHROMIUM ?= chromium
BIN := .venv/bin
SOURCES := setup.cfg pyproject.toml scripts/venv

.PHONY: demo test test-nojit test-bounds test-peers test-browser test-cluster fuzz lint types docs bench bench-stages bench-docs samples clean

demo: .venv/ready  ## Compare the receive strategies on a bundled capture, and write a page about it
	$(BIN)/rxreplay compare traces/samples/mixed-ns-snap96.pcap
	@mkdir -p build
	$(BIN)/rxreplay report traces/samples/mixed-ns-snap96.pcap -o build/report.html --force

test: .venv/ready-test  ## Run the whole suite
	$(BIN)/python -m pytest -n auto

test-nojit: .venv/ready-test  ## The suite as plain Python, every line and branch covered
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n auto --durations=20 --cov --cov-report=term-missing:skip-covered

test-bounds: .venv/ready-test  ## The suite with each array access checked
	NUMBA_BOUNDSCHECK=1 $(BIN)/python -m pytest tests/emulator tests/traces

test-peers: .venv/ready-test  ## Against tcpdump and capinfos, which must be installed
	$(BIN)/python -m pytest tests/peers

test-browser: .venv/ready-browser  ## Reports in a real Chromium, which must be installed, and by axe-core
	@command -v $(CHROMIUM) >/dev/null || { \
	    echo "There is no $(CHROMIUM): install it (Debian: apt-get install chromium), or name one: make test-browser CHROMIUM=..."; \
	    exit 1; }
	CHROMIUM=$$(command -v $(CHROMIUM)) $(BIN)/python -m pytest tests/browser

test-cluster: .venv/ready-cluster  ## An S3 server and a Dask cluster in processes of their own, some of which are killed
	$(BIN)/python -m pytest tests/cluster

lint: .venv/ready-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-lint  ## On an installed copy: proves the packaging as well
	rm -rf .typecheck
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target .typecheck .
	MYPYPATH=.typecheck $(BIN)/mypy

docs: .venv/ready-docs  ## These pages as a site, build/docs/index.html; a page or link that leads nowhere fails
	rm -rf build/docs
	$(BIN)/sphinx-build -q -W --keep-going -d build/doctrees docs build/docs

fuzz: SECONDS = 60
fuzz: .venv/ready-fuzz  ## Any bytes at everything that reads some; each target SECONDS, twice
	PYTHONPATH=tests nice -n 19 $(BIN)/python -m fuzz.run --seconds $(SECONDS) $(FUZZ)

bench: .venv/ready-bench  ## Beside a C walk of the same file and other readers; needs gcc
	$(BIN)/python benchmarks/bench.py -o build/bench.json

bench-stages: .venv/ready-bench  ## Each stage by itself
	$(BIN)/python benchmarks/bench.py --stages

bench-docs:  ## Put what make bench has written into README.md and docs/performance.md
	$(BIN)/python benchmarks/bench.py --docs build/bench.json

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

.venv/ready-browser: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv test browser
	@touch $@ .venv/ready .venv/ready-test

.venv/ready-cluster: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv test cluster-test
	@touch $@ .venv/ready .venv/ready-test

.venv/ready-fuzz: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv test fuzz
	@touch $@ .venv/ready .venv/ready-test

.venv/ready-bench: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv bench
	@touch $@ .venv/ready

.venv/ready-docs: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv docs
	@touch $@ .venv/ready

.venv/ready-lint: $(SOURCES)
	PYTHON=$(PYTHON) scripts/venv lint
	@touch $@
