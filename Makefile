# make run    set up, build a release from the sample pages, serve it
# make test   set up, check everything, run every test
# make bench  the benchmarks (minutes; not timed tests)
# make lock   write requirements.lock and requirements-dev.lock anew
# make clean  remove what the above made

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE ?= workspace
PAGES ?= samples/pages

.PHONY: help run build serve assets test bench lock readme clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

# Exit code 1 of a build says that some page gave no report; among the samples that one is meant to.
build: $(VENV)/.runtime assets
	@$(BIN)/ogp-graph build --workspace $(WORKSPACE) $(PAGES) || test $$? -eq 1

run: build
	@exec $(BIN)/ogp-graph serve --workspace $(WORKSPACE)

serve: $(VENV)/.runtime assets
	@exec $(BIN)/ogp-graph serve --workspace $(WORKSPACE)

# What browsers load that is not ours; without Node the query page is a plain form.
assets:
	@scripts/web-assets

test: $(VENV)/.dev
	@scripts/debian-packages
	@scripts/node-packages
	@scripts/web-assets
	@scripts/check

bench: $(VENV)/.dev
	@scripts/debian-packages bench/debian-packages.txt
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.scale
	@$(BIN)/python -m bench.endpoint
	@$(BIN)/python -m bench.reconcile
	@$(BIN)/python -m bench.latency
	@$(BIN)/python -m bench.search
	@$(BIN)/python -m bench.paint
	@$(BIN)/python -m bench.site --size 1000 --rounds 1 --seconds 2 --output -

lock:
	@scripts/lock

readme: $(VENV)/.runtime
	@PYTHONPATH=. $(BIN)/python scripts/settings_table.py --write

clean:
	rm -rf $(VENV) tests/clients/node_modules assets/node_modules ogp_graph/web/static/vendor build dist workspace .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are newer than what they were made from, so a second run installs nothing.
$(BIN)/python:
	@PYTHON="$(PYTHON)" scripts/venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@scripts/install $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@scripts/install $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.runtime
