# Everything is reached from here; what takes more than a line stands in tools/.

PYTHON ?= python3
BIN := .venv/bin
COMPILE = uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-annotate --no-header
# One more than two cores: for half of the time a test waits for a disk or a browser.
TEST_JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test lint bench drills fmt lock migration catalogues clean

help: ## Shows this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1~\2/p' $(MAKEFILE_LIST) | awk -F'~' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: ## Installs what running needs, into .venv and node_modules
	@$(PYTHON) tools/set_up.py run

setup-dev: ## Adds what tests and checks need, Chromium and PostgreSQL among it
	@$(PYTHON) tools/set_up.py dev

demo: setup ## Starts the product beside a pretend Telegram and mail server, with the example process
	@$(BIN)/ascolto demo

test: setup-dev ## Runs every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile

lint: setup-dev ## Checks style, types, import contracts, texts and the house's own rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.check_lengths
	$(BIN)/python -m tools.check_clock
	$(BIN)/python -m tools.check_addresses
	$(BIN)/python -m tools.catalogues check
	$(BIN)/python -m tools.check_migrations

bench: setup-dev ## Measures the product against the bare libraries and ODK's own engines, as ratios
	-npm ci --silent --prefix bench/odk
	$(BIN)/python -m bench

drills: setup-dev ## Two hundred runs in which something goes wrong, on both databases, and what everybody got
	$(BIN)/python -m tests.drills

fmt: setup-dev ## Puts the code into its usual shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: ## Pins every dependency anew, with hashes (needs uv and npm)
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra dev -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	npm install --package-lock-only --ignore-scripts

migration: setup-dev ## Writes the migration that leads to the models: make migration NAME="what it does"
	$(BIN)/python -m tools.migration "$(NAME)"

catalogues: setup-dev ## Brings the catalogues of texts up to the code; translations are then written by hand
	$(BIN)/python -m tools.catalogues update

clean: ## Removes what was installed and what tools left behind; the data in var/ stays
	rm -rf .venv node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
