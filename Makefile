# `make demo` shows the toolkit at work; `make test` is what CI runs. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATASET := build/dataset
# Label Studio has an environment of its own: it pins older versions of what scoring uses.
SERVER := .venv-server
export COMMUNIQUE_LABEL_STUDIO := $(CURDIR)/$(SERVER)/bin/label-studio
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo annotate test browser lint types tests bench type-one leaderboard setup generate clean

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
	@echo; echo "== Where it is right and wrong"
	@$(BIN)/communique eval report build/rules.jsonl --out build/report.html

# Label Studio on this machine, with the corpus in it; Ctrl-C ends it. SERVE="--port 8080" etc.
annotate: $(VENV)/.annotate $(SERVER)/.installed
	$(BIN)/communique annotations serve $(SERVE)

test: $(VENV)/.dev $(SERVER)/.installed browser lint types tests

# The tests open the report and Label Studio in a browser. It comes from the system, not from PyPI.
browser:
	@[ -z "$$COMMUNIQUE_CHROMIUM" ] || exit 0; \
	for name in chromium chromium-browser google-chrome; do \
		! command -v $$name >/dev/null || exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing Chromium, which the tests open the report in"; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install -y --no-install-recommends chromium >/dev/null && exit 0; \
	fi; \
	echo "found no Chromium, which the tests open the report in: install it (sudo apt-get install chromium) or name its path in COMMUNIQUE_CHROMIUM" >&2; \
	exit 1

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

# Speed and memory, beside the peers and beside Label Studio alone; about twenty minutes on two
# cores. BENCH="--documents 2000" etc. is for scoring, SYNC="--documents 100 --project 300" for the
# sync.
bench: $(VENV)/.dev $(SERVER)/.installed
	$(BIN)/python tests/benchmarks/bench.py $(BENCH)
	$(BIN)/python tests/benchmarks/sync.py $(SYNC)

# How often a comparison of equal systems finds a difference; simulated, a few minutes.
type-one: $(VENV)/.dev
	$(BIN)/python tests/benchmarks/type_one_error.py --out eval/results/type-one-error.json

# The baselines on the test split, their stored results, and the table in the README.
SYSTEMS := capitals rules crf
leaderboard: $(VENV)/.dev
	@set -e; for system in $(SYSTEMS); do \
		$(BIN)/communique eval predict --system $$system --split test --out build/$$system-test.jsonl; \
		$(BIN)/communique eval score build/$$system-test.jsonl --split test --no-intervals \
			--out eval/results/$$system.json >/dev/null; \
	done
	@$(BIN)/communique eval leaderboard --write README.md

generate: $(VENV)/.dev
	$(BIN)/communique schemas generate

setup: $(VENV)/.dev

$(VENV)/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'communique needs Python 3.11 or newer; say make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[datasets,lint]'
	@touch $@

$(VENV)/.annotate: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[label-studio]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.demo $(VENV)/.annotate

$(SERVER)/.installed: pyproject.toml
	$(PYTHON) -m venv $(SERVER)
	$(SERVER)/bin/python -m pip install --quiet '.[server]'
	rm -rf build/label-studio-template
	@touch $@

clean:
	rm -rf build dist $(VENV) $(SERVER)
