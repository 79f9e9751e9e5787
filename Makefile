# Everything sets itself up in .venv/; nothing has to be installed by hand but Python 3.11+, git and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
HOST   ?= 127.0.0.1
FUSEKI := $(VENV)/engines/jena-fuseki-server-4.10.0.jar
# Each process has its tests in the order of the files, so that what they share is made once; who is done helps the others.
TEST   := $(BIN)/python -m pytest --quiet --numprocesses auto --dist worksteal
# The engines that tests run over besides the embedded one: those that are here.
ENGINES = oxigraph $(shell command -v virtuoso-t >/dev/null && echo virtuoso) $(shell test -f $(FUSEKI) && echo fuseki)
# Tests over HTTP of what no engine has a part in: they are run once, not over each engine.
ENGINELESS = $(foreach name,anything catalogue changes compare completion comunica conditions correct cors crawling data_files \
	document_pages drawings feed fragments graph_store heads holder hooks keeping lending lists mementos negotiation oai \
	old_http openapi openrefine pages pasted pictures prepared profiles proxies quick reconciliation respond review_pages schema_org \
	search shown signposting table term_pages texts turns updates vocabularies waiting,--ignore=tests/web/test_$(name).py)
# Tests that look at whole servers from outside: nothing is learned from counting the lines that they reach.
FROM_OUTSIDE = tests/browser tests/test_conformance.py tests/web/test_anything.py
# The texts that the data quotes, where they are at hand; without them quotes are taken from the lock.
ifneq ($(wildcard ../shared/documents/*.txt),)
export KIZUNA_DOCUMENTS ?= $(abspath ../shared/documents)
endif
# The tests start hundreds of processes. Each would compile all that it imports, and take twice as long, where the
# environment says that nothing compiled is to be kept, as images of containers do.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install assets serve build test test-engines engines bench coverage check fmt docs lock clean

help:  ## Show what there is to make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

install: $(VENV)/.installed  ## Set up .venv/ with everything (kizuna is then .venv/bin/kizuna)

$(VENV)/.installed: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

serve: install  ## Check the project, build a release and serve it on PORT (8000)
	$(BIN)/kizuna serve --host $(HOST) --port $(PORT)

build: install  ## Check the project and build a release
	$(BIN)/kizuna build

test: install  ## Run the tests
	$(TEST)

test-engines: install engines  ## Run the tests over HTTP over other engines: the oxigraph server, Virtuoso, Fuseki
	@set -e; for engine in $(ENGINES); do echo "-- over $$engine"; KIZUNA_TEST_ENGINE=$$engine \
		$(BIN)/python -m pytest --quiet --numprocesses auto --dist loadfile $(ENGINELESS) tests/engine/test_engines.py tests/web \
		tests/test_queries.py; done

engines: install
	@.ci/engines $(abspath $(FUSEKI))

bench: install  ## Measure beside the engine itself and other servers; see docs/performance.md
	test -x .bench/bin/python || $(PYTHON) -m venv .bench
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/peers.txt
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/run.py --large --rounds 3 --only queries --without rdflib --skip 16-not-exists

coverage: install  ## Run the tests from within and count the lines that they reach: at least 90 % (CI has no time for it)
	$(BIN)/python -m pytest --quiet --numprocesses auto --cov --cov-report=term $(FROM_OUTSIDE:%=--ignore=%)

check: install  ## Everything that CI runs: style, types, layers, docs, tests
	$(BIN)/ruff format --check server tests docs benchmarks
	$(BIN)/ruff check server tests docs benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/texts --check
	$(BIN)/python .ci/scaffold --check
	$(BIN)/python docs/generate.py --check
	$(BIN)/kizuna check --format github
	git diff --exit-code data/documents.lock
	$(TEST)

fmt: install  ## Format and mend what can be mended by machine
	$(BIN)/ruff format server tests docs benchmarks
	$(BIN)/ruff check --fix server tests docs benchmarks
	$(BIN)/python .ci/texts
	$(BIN)/python .ci/scaffold
	$(BIN)/python docs/generate.py

docs: install  ## Write the generated parts of docs/ anew
	$(BIN)/python docs/generate.py

assets:  ## Build the editor of the query form into the package (needs node; what it makes is committed)
	cd assets && npm ci --silent --ignore-scripts --no-audit --no-fund && npm run --silent build

lock: install  ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --extra dev --extra extract --output-file requirements.lock pyproject.toml

clean:  ## Remove what was made: .venv/, releases/, caches
	rm -rf $(VENV) .bench releases .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache \
		.coverage .coverage.* dist
	find server tests -name __pycache__ -type d -prune -exec rm -rf {} +
