# Everything is run from here. `make help` lists the commands.
PYTHON ?= python3
BIN := .venv/bin
# The locks are whole, so pip adds nothing of its own: looking for dependencies, it would miss the pin of one that
# another package asks for with an extra (coverage[toml]) once a newer release is out. `pip check` proves them whole.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.DEFAULT_GOAL := help
SETS ?= tests/messages.yaml tests/parents.yaml tests/crisis/acute.yaml tests/crisis/lookalikes.yaml
KEEP ?=

.PHONY: help run test lint format bench eval check lock clean

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/run ## Start the bot: on Telegram when TELEGRAM_BOT_TOKEN is set, else in this terminal
	@$(BIN)/python -m bot run

test: .venv/dev ## Run all tests, with the coverage of bot/
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

lint: .venv/dev ## Look at format, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: .venv/dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev ## Measure speed and memory
	$(BIN)/python -m tests.bench

eval: .venv/run ## Measure how messages are understood, against the figures kept (SETS="file ...", KEEP=--keep)
	@$(BIN)/python -m bot eval $(SETS) --figures tests/figures.json $(KEEP)

check: .venv/run ## Look for faults in the content
	$(BIN)/python -m bot check

lock: .venv/dev ## Choose the versions of all dependencies anew (needs uv)
	uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --universal --python-version 3.11 \
		pyproject.toml --output-file requirements.txt
	uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --universal --python-version 3.11 \
		--group dev pyproject.toml --output-file requirements-dev.txt

clean: ## Throw away the environment and caches, not the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@ .venv/run
