# Everything sets itself up in .venv/; nothing has to be installed by hand but Python 3.11+, git and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
HOST   ?= 127.0.0.1
# Engines whose tests must run, not be skipped: those that are here or can be fetched.
FUSEKI_VERSION := 4.10.0
FUSEKI := jena-fuseki-server-$(FUSEKI_VERSION)
ENGINES = oxigraph$(shell command -v virtuoso-t >/dev/null && echo ,virtuoso)$(shell ls $(VENV)/engines/$(FUSEKI).jar >/dev/null 2>&1 && echo ,fuseki)
# The texts that the data quotes, where they are at hand; without them quotes are taken from the lock.
ifneq ($(wildcard ../shared/documents/*.txt),)
export KIZUNA_DOCUMENTS ?= $(abspath ../shared/documents)
endif

.DEFAULT_GOAL := help
.PHONY: help install serve build test test-engines engines bench check fmt docs lock clean

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
	$(BIN)/python -m pytest --quiet --numprocesses auto

test-engines: install engines  ## Test over other engines too: the oxigraph server, Virtuoso, Fuseki
	KIZUNA_ALL_ENGINES=$(ENGINES) $(BIN)/python -m pytest --quiet tests/engine/test_engines.py tests/engine/test_remote.py

# What is not there is fetched where that is possible: Virtuoso from Debian as root, Fuseki where Maven and Java are.
engines: install
	command -v virtuoso-t >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y virtuoso-opensource-7-bin; } \
		|| echo "Virtuoso is not here and cannot be fetched: its tests are skipped" >&2
	ls $(VENV)/engines/$(FUSEKI).jar >/dev/null 2>&1 || { command -v java >/dev/null && command -v mvn >/dev/null \
		&& mvn --quiet dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:$(FUSEKI_VERSION):jar \
			-DoutputDirectory=$(abspath $(VENV))/engines; } \
		|| echo "Fuseki is not here and cannot be fetched: its tests are skipped" >&2

bench: install  ## Measure beside the engine itself and other servers; see docs/performance.md
	test -x .bench/bin/python || $(PYTHON) -m venv .bench
	.bench/bin/python -m pip install --quiet --disable-pip-version-check --requirement benchmarks/peers.txt
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/run.py --large --rounds 3 --only queries

check: install  ## Everything that CI runs: style, types, layers, tests with coverage, docs
	$(BIN)/ruff format --check server tests docs benchmarks
	$(BIN)/ruff check server tests docs benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/kizuna check --format github
	git diff --exit-code data/documents.lock
	$(BIN)/python -m pytest --quiet --numprocesses auto --cov --cov-report=term

fmt: install  ## Format and mend what can be mended by machine
	$(BIN)/ruff format server tests docs benchmarks
	$(BIN)/ruff check --fix server tests docs benchmarks
	$(BIN)/python docs/generate.py

docs: install  ## Write the generated parts of docs/ anew
	$(BIN)/python docs/generate.py

lock: install  ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --extra dev --output-file requirements.lock pyproject.toml

clean:  ## Remove what was made: .venv/, releases/, caches
	rm -rf $(VENV) .bench releases .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache \
		.coverage .coverage.* dist
	find server tests -name __pycache__ -type d -prune -exec rm -rf {} +
