# The project's commands. Each sets up .venv by itself, and only when pyproject.toml or the
# constraints have changed since the last time.

PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := requirements/constraints.txt
USE := $(VENV)/.installed-use
DEVELOP := $(VENV)/.installed-develop
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS)

# One thread for every numerical library: the same sums in the same order on every machine, and
# the worker processes of the tests do not compete for cores.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint bench bench-peers study-dimension study-divergence \
    study-exponent study-lorenz63 study-lyapunov study-verdict study-zero-one docs notebook clean

help:  ## list these commands
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(USE)  ## train on Lorenz-63 for about two minutes and judge the result
	$(BIN)/dsr fit datasets/lorenz63.nc

test: $(DEVELOP)  ## every test: fast and slow, doctests, notebooks, documentation
	$(BIN)/python -m pytest --nbmake -p no:benchmark -n $(WORKERS) --dist worksteal tests dsr notebooks

test-fast: $(DEVELOP)  ## the tests and doctests that need no training
	$(BIN)/python -m pytest -m "not slow" -p no:benchmark -n $(WORKERS) --dist worksteal tests dsr

lint: $(DEVELOP)  ## style, format, types and docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tests/docstrings.py

bench: $(DEVELOP)  ## the timings that the README quotes, into docs/results
	$(BIN)/python -m pytest tests/benchmarks -o addopts="" -o python_files="bench_*.py"
	$(BIN)/python tests/benchmarks/bench_training.py

bench-peers: $(DEVELOP)  ## the metrics against other packages, installed apart (five minutes)
	$(BIN)/python tests/benchmarks/peers.py

study-dimension: $(DEVELOP)  ## intervals of dimensions on 58 known sets and systems (hours; resumable)
	$(BIN)/python tests/studies/dimension_coverage.py

study-divergence: $(DEVELOP)  ## intervals of the state-space divergence against independent runs
	$(BIN)/python tests/studies/divergence_coverage.py

study-exponent: $(DEVELOP)  ## intervals of exponents estimated from data
	$(BIN)/python tests/studies/exponent_coverage.py

study-lyapunov: $(DEVELOP)  ## intervals of Lyapunov spectra, sticky orbits included
	$(BIN)/python tests/studies/lyapunov_coverage.py

study-verdict: $(DEVELOP)  ## size and power of the verdict over all systems and lengths (hours)
	$(BIN)/python tests/studies/verdict.py

study-zero-one: $(DEVELOP)  ## the 0-1 test over the catalogue
	$(BIN)/python tests/studies/zero_one.py

study-lorenz63: $(DEVELOP)  ## the published recipe on the papers' series, five seeds (half an hour)
	$(BIN)/python tests/studies/lorenz63_gtf.py

docs: $(DEVELOP)  ## the documentation, into docs/_build/html
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

notebook: $(DEVELOP)  ## write the notebooks anew from their scripts
	$(BIN)/jupytext --to ipynb --update notebooks/*.py

clean:  ## remove what the commands above have made, except .venv
	rm -rf docs/_build docs/gallery docs/reference/generated .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "dsr needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(USE): pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	$(PIP_INSTALL) -e .
	@touch $@

$(DEVELOP): pyproject.toml $(CONSTRAINTS) | $(BIN)/python
	$(PIP_INSTALL) -e '.[test,docs,dev]'
	@touch $(USE) $@
