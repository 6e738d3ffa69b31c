PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: up test check docs picture benchmark faults clean

up: $(VENV)/.installed
	$(BIN)/provision up host.yml

test: check
	$(BIN)/python -m pytest -q -n 2

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.test
	$(BIN)/python docs/generate.py

picture: $(VENV)/.test
	$(BIN)/python docs/picture.py
	$(BIN)/python docs/report.py

benchmark: $(VENV)/.test
	$(BIN)/python benchmarks/requests.py
	@echo
	$(BIN)/python benchmarks/restart.py

# All faults at all exchanges: about an hour on two cores. Writes docs/reliability.md.
faults: $(VENV)/.test
	$(BIN)/python tests/faults/run_all.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) -e '.[test]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .provision .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache build dist *.egg-info
