# Everything a newcomer needs; `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= $(if $(PLAYLIST),configs/cpu.toml,configs/sample.toml)
PLAYLIST ?=
# The sample needs no language model, so its set-up leaves the large packages out.
NEEDS = $(if $(PLAYLIST),$(VENV)/.llm,$(VENV)/.core)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup summarize test lint bench eval notebooks nightly clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet -e .
	@touch $@

# torch first and pinned: an unpinned one pulls several GB of CUDA packages along.
$(VENV)/.llm: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet -e '.[llm,openai]'
	@touch $@ $(VENV)/.core

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet -e '.[test]'
	@touch $@ $(VENV)/.llm $(VENV)/.core

setup: $(VENV)/.llm ## set up .venv with the local language model's packages

summarize: $(NEEDS) ## make digests of the sample, or of PLAYLIST=<url or folder> CONFIG=<file>
	@$(BIN)/summarizer run $(if $(PLAYLIST),'$(PLAYLIST)',sample) --config $(CONFIG)

test: $(VENV)/.test ## run all tests, offline
	@$(BIN)/pytest -n 2

lint: $(VENV)/.test ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(VENV)/.test ## measure speech recognition and the pipeline on this machine
	@$(BIN)/python benchmarks/sample.py
	@$(BIN)/python benchmarks/asr.py

eval: $(VENV)/.test ## measure gates, claims and summaries on the real talks in ../shared/data, or DATA=<folder>
	@$(BIN)/summarizer eval $(if $(DATA),--data '$(DATA)') $(if $(CONFIG),--config $(CONFIG)) -o build/evaluation.json

notebooks: $(VENV)/.test ## run the notebooks on the sample's library
	@$(BIN)/python notebooks/execute.py

nightly: $(NEEDS) ## the scheduled job, as deploy/ runs it
	@$(BIN)/summarizer nightly --config configs/nightly.toml

clean: ## remove what was built; library, digests and models stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
