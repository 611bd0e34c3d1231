# Two commands do everything: `make run` and `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: run test hunt lint messages bench clean

run: $(VENV)/installed
	$(BIN)/pilotmatch demo

test: $(VENV)/installed-for-tests
	sh tests/system-packages.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/pytest

# The tests that make up their examples, with new ones each time: what it finds becomes an @example.
hunt: $(VENV)/installed-for-tests
	sh tests/system-packages.sh
	$(BIN)/pytest --hypothesis-profile=hunt -m hypothesis

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Collects every text of the code into app/locale/*.po, where they are translated.
messages: $(VENV)/installed-for-tests
	$(BIN)/python -m tests.messages

bench: $(VENV)/installed-for-tests
	sh tests/system-packages.sh
	$(BIN)/python -m tests.bench

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || sh tests/system-packages.sh python3-venv && $(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/installed-for-tests: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[test]'
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
