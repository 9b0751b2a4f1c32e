# What can be done here; `make` alone lists it.
PYTHON ?= python3
BIN := .venv/bin
DATA ?= ../shared/data

.DEFAULT_GOAL := help
.PHONY: help install run test check requirements bench bench-exclusions bench-retrieval bench-speed bench-quality \
	bench-prompts bench-packing bench-asking bench-containment bench-second-opinion bench-jobs bench-reclassify bench-door

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 22

install: .venv/installed  ## set up .venv from the pinned, hashed requirements

.venv/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Scopenote needs Python 3.11 or newer: set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install  ## serve the editor's page on http://127.0.0.1:8000/classify
	$(BIN)/scopenote serve

test: install  ## run the tests
	$(BIN)/python -m pytest

check: install  ## lint, types, direction of imports, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_documentation.py

bench: bench-exclusions bench-retrieval bench-speed bench-quality bench-prompts bench-packing bench-asking bench-containment bench-second-opinion  ## print every measured figure (DATA=folder)

bench-exclusions: install  ## how well exclusions are understood
	$(BIN)/python -m bench.exclusions --gold $(DATA)/exclusions/gold.jsonl

bench-retrieval: install  ## how well articles find their categories
	$(BIN)/python -m bench.retrieval --data $(DATA)

bench-speed: install  ## start, latency and memory
	$(BIN)/python -m bench.speed --data $(DATA)

bench-quality: install  ## decisions and review rate on the examples and on labelled sets
	$(BIN)/python -m bench.quality --data $(DATA)

bench-prompts: install  ## prompt tokens per article, over article and definitions
	$(BIN)/python -m bench.prompt_tokens

bench-packing: install  ## tokens and money per article at 181 definitions, and what a shortlist loses
	$(BIN)/python -m bench.packing --data $(DATA)

bench-asking: install  ## articles a second, added latency, and faults, against a server of its own
	$(BIN)/python -m bench.asking

bench-containment: install  ## what holds against articles that give orders to a model
	$(BIN)/python -m bench.containment --data $(DATA)

bench-second-opinion: install  ## what the second opinion costs a person, and what it holds
	$(BIN)/python -m bench.second_opinion --data $(DATA)

bench-jobs: install  ## jobs under kills, on both databases: items once, takeover, throughput, memory
	$(BIN)/python -m bench.jobs_kills

bench-reclassify: install  ## an archive of 10,000 articles: full run, unchanged, one definition edited, kills
	$(BIN)/python -m bench.reclassify

bench-door: install  ## webhooks under load, through a kill -9
	$(BIN)/python -m bench.door

requirements:  ## pin the requirements again (needs uv)
	uv pip compile --quiet pyproject.toml requirements/model.in --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements/runtime.txt
	uv pip compile --quiet pyproject.toml requirements/model.in --group dev --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -o requirements/dev.txt
