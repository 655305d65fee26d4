# `make book` builds the web pages, `make test` runs every check. Both set up what they need first:
# an environment in .venv from requirements.txt, and the data in your cache directory.

PYTHON ?= python3
# `make notebooks SUPPORTED=3.13` takes one of them.
SUPPORTED ?= >=3.11,<3.14
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

# `make notebooks BASE=origin/main` runs those that a change since that commit can affect.
BASE ?=

# `make mutants SEED=1 N=150` draws other changes, and fewer.
SEED ?= 0
N ?=

.DEFAULT_GOAL := help
.PHONY: help book sphinx9 test lint unit notebooks colab newest oldest execute check drawings format lock bench mutants release data clean

help: ## List the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

book: $(READY) data ## Execute notebooks that are out of date, then build the pages in _build/html
	$(BIN)/tabbook build

PYTEST := $(BIN)/pytest -n auto --dist loadfile
test: lint data ## Lint, type-check, run the unit tests and re-execute every notebook (TAB=... for one framework)
	$(PYTEST) --nbval tests $(if $(TAB),notebooks/$(TAB),notebooks)

lint: $(READY) ## Lint and type-check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

unit: $(READY) data ## Run the unit tests
	$(PYTEST) tests

notebooks: $(READY) data ## Re-execute the notebooks (TAB=... for one framework, BASE=origin/main what a change since then affects)
	@found=$$($(if $(BASE),$(BIN)/python tests/affected.py $(BASE) $(TAB),echo notebooks/$(TAB))) || exit; \
	  if [ -n "$$found" ]; then $(PYTEST) --nbval $$found; else echo 'This change affects no notebook.'; fi

# An environment of its own: Jupyter Book asks for older packages, which it does not need.
sphinx9: book ## Build the pages with today's Sphinx, too: no warning, and the same text
	$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-sphinx9
	VIRTUAL_ENV=$(CURDIR)/.venv-sphinx9 $(INSTALL) --requirements requirements.txt --override requirements-sphinx9.txt
	VIRTUAL_ENV=$(CURDIR)/.venv-sphinx9 $(INSTALL) --no-deps --requirements requirements-nodeps.txt
	VIRTUAL_ENV=$(CURDIR)/.venv-sphinx9 $(INSTALL) --no-deps --no-build-isolation --editable . --editable tabbook
	rm -rf _build/sphinx9
	.venv-sphinx9/bin/jupyter-book build --quiet --all -W --keep-going --path-output _build/sphinx9 .
	$(BIN)/python tests/tabbook/same_text.py _build/html _build/sphinx9/_build/html

# Built from a copy, for building leaves traces; from what git knows, since other files are nobody's
# release; and with one time for all files, so that its wheels are the same on any day.
RELEASE := _build/release
PACKAGED := d2l_local tabbook pyproject.toml README.md LICENSE-CODE
INSTALLED := $(RELEASE)/venv-
define packages
	rm -rf $(RELEASE)
	mkdir -p $(RELEASE)/source
	git ls-files -z $(PACKAGED) | xargs -0 tar -cf - | tar -xf - -C $(RELEASE)/source
	for folder in . tabbook; do \
	  SOURCE_DATE_EPOCH=946684800 $(UV) build --quiet --python $(BIN)/python \
	    --out-dir $(RELEASE) $(RELEASE)/source/$$folder || exit 1; \
	done
endef
SHA256 := $(BIN)/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())'

# The library in environments of others: with the versions that Colab has, with the newest and with the
# oldest that pyproject.toml admits. WITH names the Python, TAB a framework, NOTEBOOKS what is executed;
# FACES=jax installs one framework only, where PyTorch's wheel would bring a GPU's libraries, say.
WITH ?=
comma := ,
FACES ?= $(shell sed -n 's/^ *module: //p' _config.yml | paste -s -d , -)
NOTEBOOKS ?= $(foreach chapter,start/network mlp/scratch mlp/concise mlp/exercises/width,notebooks/$(or $(TAB),*)/$(chapter).ipynb)
define elsewhere
	$(UV) venv --quiet --clear --seed --python $(or $(WITH),$(1)) .venv-$@
	VIRTUAL_ENV=$(CURDIR)/.venv-$@ $(INSTALL) $(2) 'ipykernel>=6.25' 'pandas>=2'
endef
LIBRARY := --requirements pyproject.toml --extra search $(foreach face,$(subst $(comma), ,$(FACES)),--extra $(face))

newest: $(READY) data ## Execute notebooks with the newest versions that the library admits (WITH=... Python, TAB=..., NOTEBOOKS=...)
	$(call elsewhere,3.13,--upgrade $(LIBRARY))
	VIRTUAL_ENV=$(CURDIR)/.venv-$@ $(INSTALL) --no-deps mxnet==1.9.1
	$(BIN)/python tests/elsewhere.py .venv-$@/bin/python $(NOTEBOOKS)

oldest: $(READY) data ## Execute them with the oldest
	$(call elsewhere,3.11,--resolution lowest-direct $(LIBRARY))
	VIRTUAL_ENV=$(CURDIR)/.venv-$@ $(INSTALL) --no-deps mxnet==1.9.1
	$(BIN)/python tests/elsewhere.py .venv-$@/bin/python $(NOTEBOOKS)

# Without the library and without MXNet: the first cell of a notebook has to bring them.
colab: $(READY) data ## Execute them with the versions that Colab has, from their set-up cell on
	$(packages)
	$(call elsewhere,3.13,--requirements requirements-colab.txt $(LIBRARY))
	$(BIN)/python tests/elsewhere.py --wheel $(RELEASE)/d2l_local-*.whl .venv-$@/bin/python $(NOTEBOOKS)

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

release: $(READY) ## Build both packages in _build/release; check, install and try them
	$(packages)
	$(UV) tool run --quiet --from 'twine>=6.1' twine check --strict $(RELEASE)/*.whl $(RELEASE)/*.tar.gz
	WHEELS=$(RELEASE) $(BIN)/pytest --quiet tests/test_wheels.py tests/test_release.py
	for package in d2l_local tabbook; do \
	  $(UV) venv --quiet --python $(BIN)/python $(INSTALLED)$$package \
	  && $(INSTALL) --python $(INSTALLED)$$package $(RELEASE)/$$package-*.whl \
	  && $(UV) pip check --quiet --python $(INSTALLED)$$package || exit 1; \
	done
	$(INSTALLED)d2l_local/bin/python -I -c 'import d2l_local; print("d2l_local", d2l_local.__version__)'
	$(INSTALLED)d2l_local/bin/python -I -m d2l_local.collect --help > /dev/null
	$(INSTALLED)tabbook/bin/tabbook --help
	cd $(RELEASE) && $$(command -v sha256sum || echo shasum -a 256) *.whl *.tar.gz
	@changed=$$(git status --short $(PACKAGED)); [ -z "$$changed" ] \
	  || printf 'Not a release yet: these are not committed.\n%s\n' "$$changed"
	@wheel=$$(basename $(RELEASE)/d2l_local-*.whl); address="$$wheel#sha256=$$($(SHA256) $(RELEASE)/$$wheel)"; \
	  grep -q "/$$address$$" _config.yml || { echo "Not a release yet: tabbook_wheel in _config.yml should end with \
	/$$address; then make execute, which puts it into the notebooks." >&2; exit 1; }

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
