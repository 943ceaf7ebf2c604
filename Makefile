# make book | make test | make lint | make retrain: each sets up what it needs, in .venv.
# The graph of what depends on what is in Snakefile.

.DEFAULT_GOAL := help
.PHONY: help book test lint browse offline pdf release retrain studies reference lock matrix twice clean environment torchcfm
.DELETE_ON_ERROR:

CORES ?= 2
PROFILE ?= book
CONFIG ?=
REASON ?=
TORCH_PYTHON ?= /usr/bin/python3
ENVIRONMENT := .venv/.complete
# Snakemake's own lock outlives a kill, and would be in the way of the next run.
RUN := .venv/bin/python book/alone.py .snakemake/build.lock .venv/bin/snakemake --cores $(CORES) \
	--quiet host rules progress reason --rerun-incomplete --nolock --config profile=$(PROFILE)

help: ## show this list
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo "Options: PROFILE=quick|book|full  CORES=2  PYTHON=/path/to/python3.13"

book: $(ENVIRONMENT) ## run every notebook, check every number, build the pages
	@$(RUN) --keep-going book
	@echo "The book is built. Open _build/html/index.html in a browser."

test: $(ENVIRONMENT) ## run all tests, the numbers of the figures included
	@$(RUN) --keep-going results
	@.venv/bin/python -m pytest -n $(CORES) --dist loadfile

browse: book ## open every page in Chromium, and look for what a reader would stumble over
	@.venv/bin/python -m pytest tests/browser -n $(CORES) --dist loadgroup

offline: book ## pack the book into one file to read without a network
	@.venv/bin/python book/offline.py

pdf: book ## print the book to one PDF, through Chromium
	@.venv/bin/python book/pdf.py

release: offline pdf ## the files of a release: the packed and the printed book, and the package
	@rm -rf _build/release && mkdir -p _build/release
	@cp _build/hoam-*-offline.zip _build/hoam-*.pdf _build/release/
	@.venv/bin/python -m hatchling build --directory _build/release
	@ls -l _build/release

lint: $(ENVIRONMENT) ## check style, types and notebooks
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/pyright
	@.venv/bin/python book/lint_notebooks.py

retrain: $(ENVIRONMENT) ## train all models again, or one: make retrain CONFIG=two_stream-quiet-hoam_g-0
	@$(RUN) $(if $(CONFIG),train=$(CONFIG)) -- retrain

studies: $(ENVIRONMENT) ## train what the studies of stability and of trainings have no outcome of
	@$(RUN) -- studies

reference: $(ENVIRONMENT) ## accept a number: NOTEBOOK=... FIGURE=... NAME=... REASON="..."
	@$(if $(REASON),,echo "Expected a reason; got none. Use REASON=\"...\"." >&2; exit 1)
	@.venv/bin/python -m hoam.report update "$(NOTEBOOK)" "$(FIGURE)" "$(NAME)" --reason "$(REASON)"

lock: $(ENVIRONMENT) ## write requirements.lock anew, after a change in pyproject.toml
	@.venv/bin/uv pip compile --universal --python-version 3.12 --all-extras --generate-hashes \
		pyproject.toml -o requirements.lock --no-header --no-emit-index-url --quiet

matrix: $(ENVIRONMENT) ## run tests and notebooks on other Pythons and versions of packages
	@.venv/bin/python -m tests.matrix

twice: $(ENVIRONMENT) ## build from nothing twice, a core each, and compare the numbers
	@.venv/bin/python -m tests.twice

clean: ## remove all that is generated, except .venv and the compilation cache
	@rm -rf _build book/_executed results .snakemake .cache/checked .cache/trained

environment: $(ENVIRONMENT) ## set up .venv from requirements.lock

torchcfm: .venv-torchcfm/.complete ## set up .venv-torchcfm, for the test of flow matching against torchcfm

# Finds a Python >= 3.12 that runs and has venv: a pyenv shim on PATH may do neither. Modules are
# compiled when they are first imported; most never are.
$(ENVIRONMENT): requirements.lock
	@find_python() { \
		for candidate in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3 \
			"$$HOME"/.pyenv/versions/3.13*/bin/python "$$HOME"/.pyenv/versions/3.12*/bin/python); do \
			if "$$candidate" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 12))' \
				>/dev/null 2>&1; then echo "$$candidate"; return; fi; \
		done; \
		echo "Expected Python >= 3.12 with venv; got none. Install python3.13 (on Debian also python3.13-venv), or use PYTHON=/path/to/python." >&2; \
		return 1; \
	}; \
	python="$$(find_python)" && echo "Setting up .venv with $$("$$python" --version)" \
		&& "$$python" -m venv --clear .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--no-compile -r requirements.lock
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation -e .
	@touch $@

# PyTorch is the system's: its builds for PyPI carry gigabytes of CUDA. pip is that of .venv.
.venv-torchcfm/.complete: tests/torchcfm.lock | $(ENVIRONMENT)
	@"$(TORCH_PYTHON)" -c 'import torch, scipy' 2>/dev/null || { \
		echo "Expected a Python with PyTorch and SciPy; got none in $(TORCH_PYTHON). Install python3-torch and python3-scipy (Debian, Ubuntu), or use TORCH_PYTHON=/path/to/python." >&2; \
		exit 1; \
	}
	@"$(TORCH_PYTHON)" -m venv --clear --system-site-packages --without-pip .venv-torchcfm
	@.venv/bin/python -m pip --python .venv-torchcfm/bin/python install --quiet \
		--disable-pip-version-check --no-deps --require-hashes --no-compile -r tests/torchcfm.lock
	@touch $@
