# `make demo` shows the toolkit at work; `make test` is what CI runs. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATASET := build/dataset
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint types tests setup generate clean

demo: $(VENV)/.demo
	@echo; echo "== What is in the corpus"
	@$(BIN)/communique corpus validate
	@$(BIN)/communique corpus stats
	@echo; echo "== The dataset"
	@$(BIN)/communique corpus build $(DATASET)
	@$(BIN)/python -c "from datasets import load_dataset; print(load_dataset('$(DATASET)'))"
	@echo; echo "== A first system, scored"
	@$(BIN)/communique eval predict --system rules --out build/rules.jsonl
	@$(BIN)/communique eval score build/rules.jsonl --gold $(DATASET)

test: $(VENV)/.dev lint types tests

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/communique schemas check
	$(BIN)/communique corpus validate

types:
	$(BIN)/mypy
	$(BIN)/pyright

tests:
	$(BIN)/pytest -n 2

generate: $(VENV)/.dev
	$(BIN)/communique schemas generate

setup: $(VENV)/.dev

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'communique needs Python 3.11 or newer; say make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[datasets]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.demo

clean:
	rm -rf build dist $(VENV)
