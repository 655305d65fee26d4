# `make book` builds the web pages, `make test` runs every check. Both set up what they need first:
# an environment in .venv from requirements.txt, and the data in your cache directory.

PYTHON ?= python3
SUPPORTED := >=3.11,<3.14
BIN := .venv/bin
READY := .venv/.ready

# uv installs in seconds what takes pip minutes. If you have none, one is put into .uv, next to any
# Python that it has to fetch because yours is too old or too new.
UV := $(or $(shell command -v uv),.uv/bin/uv)
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.uv/python
export VIRTUAL_ENV := $(CURDIR)/.venv

# Without bytecode, each notebook would compile its framework again when it imports it.
unexport PYTHONDONTWRITEBYTECODE

# What these would write into the home directory.
export IPYTHONDIR := $(CURDIR)/.venv/var/ipython
export JUPYTER_CONFIG_DIR := $(CURDIR)/.venv/var/jupyter
export KERAS_HOME := $(CURDIR)/.venv/var/keras
export MPLCONFIGDIR := $(CURDIR)/.venv/var/matplotlib
export MXNET_HOME := $(CURDIR)/.venv/var/mxnet

# PyTorch's CPU build: from the folder that pip's find-links names if it does, else from PyTorch's own
# index. `make TORCH_BACKEND=auto ...` takes the build for your GPU.
FIND_LINKS := $(or $(UV_FIND_LINKS),$(PIP_FIND_LINKS),$(shell $(PYTHON) -m pip config get global.find-links 2>/dev/null))
TORCH_BACKEND ?= $(if $(FIND_LINKS),,cpu)
INSTALL := $(UV) pip install --quiet $(if $(FIND_LINKS),--find-links $(FIND_LINKS)) $(if $(TORCH_BACKEND),--torch-backend $(TORCH_BACKEND))

# `make test TAB=pytorch` runs the notebooks of one framework.
TAB ?=

# `make mutants SEED=1 N=150` draws other changes, and fewer.
SEED ?= 0
N ?=

.DEFAULT_GOAL := help
.PHONY: help book sphinx9 test execute check drawings format lock bench mutants data clean

help: ## List the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

book: $(READY) data ## Execute notebooks that are out of date, then build the pages in _build/html
	$(BIN)/tabbook build

test: $(READY) data ## Lint, type-check, run the unit tests and re-execute every notebook (TAB=... for one framework)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile --nbval tests $(if $(TAB),notebooks/$(TAB),notebooks)

# An environment of its own: Jupyter Book asks for older packages, which it does not need.
sphinx9: book ## Build the pages with today's Sphinx, too: no warning, and the same text
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-sphinx9
	VIRTUAL_ENV=$(CURDIR)/.venv-sphinx9 $(INSTALL) --requirements requirements.txt --override requirements-sphinx9.txt
	VIRTUAL_ENV=$(CURDIR)/.venv-sphinx9 $(INSTALL) --no-deps --requirements requirements-nodeps.txt
	VIRTUAL_ENV=$(CURDIR)/.venv-sphinx9 $(INSTALL) --no-deps --no-build-isolation --editable . --editable tabbook
	rm -rf _build/sphinx9
	.venv-sphinx9/bin/jupyter-book build --quiet --all -W --keep-going --path-output _build/sphinx9 .
	$(BIN)/python tests/tabbook/same_text.py _build/html _build/sphinx9/_build/html

execute: $(READY) data ## Execute the notebooks that are out of date
	$(BIN)/tabbook execute $(if $(TAB),--tab $(TAB))

check: $(READY) ## Report what can be known of the chapters without executing them
	$(BIN)/tabbook check

drawings: $(READY) data ## Write the drawings in chapters/img anew, from their code in drawings/
	$(BIN)/python -m drawings

bench: $(READY) data ## Measure seconds per epoch against a bare loop, in each framework
	$(BIN)/python benchmarks/epoch.py
	$(BIN)/python benchmarks/by_hand.py

mutants: $(READY) data ## Change what the library means, here and there: do the tests notice? (SEED=..., N=...)
	mkdir -p _build/mutants
	$(UV) run --quiet --script tests/mutants/operators.py d2l_local $(SEED) > _build/mutants/operators.jsonl
	$(BIN)/python tests/mutants --seed $(SEED) $(if $(N),--number $(N)) _build/mutants/operators.jsonl

format: $(READY) ## Format the Python files
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Where no mirror answers, Debian's package of the data is taken apart, which needs no root.
DATA := $(BIN)/python -m d2l_local.common.fashion_mnist
PACKAGE := _build/dataset-fashion-mnist
data: $(READY)
	@$(DATA) || { echo 'Trying the package of Debian and Ubuntu.'; mkdir -p $(PACKAGE) && cd $(PACKAGE) \
	  && { [ "$$(id -u)" != 0 ] || apt-get -qq update || true; } \
	  && apt-get -qq -o APT::Sandbox::User=root download dataset-fashion-mnist && dpkg-deb -x *.deb . \
	  && cd $(CURDIR) && D2L_LOCAL_FASHION_MNIST=$(PACKAGE)/usr/share/datasets/fashion-mnist $(DATA); }

# torch's own requirements name the CUDA libraries of its GPU build; they are left to torch.
lock: $(UV) ## Write requirements.txt anew from requirements.in
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-emit-find-links --no-header \
	  --no-annotate $(if $(FIND_LINKS),--find-links $(FIND_LINKS)) requirements.in --output-file .requirements.tmp > /dev/null
	{ echo '# Made by `make lock` from requirements.in.'; \
	  sed -E '/^(nvidia|cuda|triton|torch)/d' .requirements.tmp; grep '^torch==' requirements.in; } > requirements.txt
	rm .requirements.tmp

$(READY): requirements.txt requirements-nodeps.txt pyproject.toml tabbook/pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python "$(SUPPORTED)" .venv
	$(INSTALL) --requirements requirements.txt
	$(INSTALL) --no-deps --requirements requirements-nodeps.txt
	$(INSTALL) --no-deps --no-build-isolation --editable . --editable tabbook
	touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv || { echo 'No venv module: on Debian and Ubuntu, apt-get install python3-venv; or install uv.' >&2; exit 1; }
	.uv/bin/pip install --quiet uv

clean: ## Remove what was built, but not the environment
	rm -rf _build
