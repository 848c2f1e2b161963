# Everything here works from a bare clone with python3, pip and make; .venv is created on demand.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt

# The matrices are small: threads that wait for each other cost more than they give, and two test
# workers with a pool each fight for the same cores.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1

.PHONY: help demo test check bench studies docs clean

help:
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/.demo ## compare two small networks; writes demo/report.html
	$(BIN)/python examples/demo.py

test: $(VENV)/.dev ## the fast tests
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

check: $(VENV)/.dev ## formatting, lint, types, import layers, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python tools/measures_page.py --check
	$(BIN)/python tools/rules_page.py --check

docs: $(VENV)/.dev ## write docs/measures.md and docs/rules.md anew from what they declare
	$(BIN)/python tools/chance_levels.py
	$(BIN)/python tools/measures_page.py
	$(BIN)/python tools/rules_page.py

bench: $(VENV)/.dev ## time and memory beside other packages
	$(BIN)/python -m benchmarks

studies: $(VENV)/.dev ## the slow tests, such as the coverage of the intervals
	$(BIN)/python -m pytest -s -m slow

clean: ## remove everything that can be made again
	rm -rf $(VENV) demo build dist .pytest_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[report,data]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e '.[dev]'
	touch $(VENV)/.demo $@
