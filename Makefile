# Every target works alone in a fresh clone: it makes .venv and installs what it needs, once.

# The first of these that is new enough makes .venv; name another with `make PYTHON=/path/to/python ...`.
PYTHON ?= python3 python3.13 python3.12 python3.11
VENV   ?= .venv
# Extra words for the command: `make demo ARGS="--epochs 1"`, `make test ARGS="-k module"`.
ARGS   ?=

BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n auto

.DEFAULT_GOAL := help
# Two targets at once would have two pips write into one .venv.
.NOTPARALLEL:
.PHONY: help demo test parity bench lint types docs-check coverage diagrams clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

demo: $(VENV)/.installed ## train a network on MNIST and draw its graphs
	$(BIN)/graphnet train $(ARGS)

test: $(VENV)/.installed-test ## run every test that needs no torch
	$(PYTEST) tests --ignore=tests/parity $(ARGS)

parity: $(VENV)/.installed-test $(VENV)/.installed-parity $(VENV)/.installed-packages ## install torch 2.13.0 and compare with it
	$(PYTEST) tests/parity $(ARGS)

bench: $(VENV)/.installed-bench ## install torch 2.13.0 and compare speed with it
	$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/.installed-lint ## check style and formatting (ruff)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-lint ## check types (mypy, strict)
	$(BIN)/mypy

docs-check: $(VENV)/.installed-test ## run every example of the docstrings, README and docs
	$(PYTEST) tests/test_doc_examples.py $(ARGS)

coverage: $(VENV)/.installed-test ## say which lines the tests do not reach
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests --ignore=tests/parity $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

diagrams: $(VENV)/.installed ## draw docs/diagrams/class-diagram-v*.png from the code
	$(BIN)/python docs/diagrams/make_class_diagrams.py

clean: ## remove .venv, caches and builds; data and results of training stay
	rm -rf $(VENV) build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps below are empty files: make compares their dates with pyproject.toml's.

$(VENV)/.created:
	@for python in $(PYTHON); do \
	    if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making $(VENV) with $$($$python --version)"; \
	        $$python -m venv $(VENV) && touch $@ && exit 0; \
	        exit 1; \
	    fi; \
	done; \
	echo "graphnet needs Python 3.11 or newer, with its venv module; none of these is: $(PYTHON)" >&2; \
	echo "Install one (on Debian or Ubuntu: apt install python3-venv), or name one: make PYTHON=/path/to/python" >&2; \
	exit 1

$(VENV)/.installed: $(VENV)/.created pyproject.toml
	@echo "Installing graphnet"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# Packages that programs import in tests/parity, without what they require: see there.
$(VENV)/.installed-packages: $(VENV)/.created tests/parity/packages/requirements.txt
	@echo "Installing the packages that parity tests run"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --requirement tests/parity/packages/requirements.txt
	@touch $@

$(VENV)/.installed-%: $(VENV)/.created pyproject.toml
	@echo "Installing graphnet and what '$*' needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
