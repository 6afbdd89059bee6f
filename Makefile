# Two commands for a newcomer: `make demo` and `make test`. `make` alone lists them all.

BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --annotation-style line \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: faults help setup demo test lint format unit lock kafka bench-answers bench-backfill bench-intake bench-ledger bench-linkage bench-projections bench-restore bench-tree bench-generate bench-validation fuzz schemas official clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install everything for development, and only what is missing
	@deploy/setup.sh all

demo: ## set up, then run the hub with real data at http://127.0.0.1:8000 until Ctrl-C
	@deploy/setup.sh demo
	@exec $(BIN)/hub demo

test: setup kafka lint ## set up, then run every check and every test
	$(BIN)/python -m pytest --cov --numprocesses 2 --dist loadgroup

lint: ## check format, rules, types, imports and shell scripts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/shellcheck .ci/run $(wildcard deploy/*.sh deploy/*/*.sh)

format: ## put the code into its format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

unit: ## run the unit tests only
	$(BIN)/python -m pytest tests/unit

lock: ## pin every package again (UPGRADE=--upgrade: the newest that fit)
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(filter-out pyproject.toml,$(COMPILE)) --no-binary pyspark --group spark \
		--constraint requirements-dev.lock --output-file requirements-spark.lock
	@! grep -n '://' requirements.lock requirements-dev.lock requirements-spark.lock

kafka: ## assemble a real Kafka broker from Maven Central
	@deploy/kafka/assemble.sh

bench-intake: ## measure intake from Kafka beside eventsourcing's Application.save
	$(BIN)/python -m tests.benchmarks.intake

bench-ledger: ## measure appending to the ledger beside COPY, eventsourcing, Emmett and UmaDB
	mkdir -p build/emmett
	cp tests/benchmarks/emmett/* build/emmett
	npm ci --prefix build/emmett --no-audit --no-fund --silent
	$(BIN)/python -m tests.benchmarks.ledger $(BENCH)

bench-linkage: ## measure who is taken for whom, against a nation's truth and Splink's defaults
	$(BIN)/python -m tests.benchmarks.linkage $(BENCH)

bench-restore: ## destroy the database while it is written, restore it, and measure RPO and RTO
	$(BIN)/python -m tests.benchmarks.restore $(BENCH)

bench-answers: ## measure how fast counts are answered, and how soon they know what was accepted
	$(BIN)/python -m tests.benchmarks.answers $(BENCH)

bench-backfill: ## measure how long live events take while years of old ones come in
	$(BIN)/python -m tests.benchmarks.backfill $(BENCH)

bench-projections: ## measure rebuilding every view beside DuckDB and eventsourcing's runner
	$(BIN)/python -m tests.benchmarks.projections $(BENCH)

bench-tree: ## measure the ledger's Merkle tree beside a plain SHA-256 chain
	$(BIN)/python -m tests.benchmarks.tree

bench-validation: ## measure both validators of messages side by side
	$(BIN)/python -m tests.benchmarks.validation

fuzz: ## try a million bad messages and 10,000 damaged files per adapter; goes on where it stopped
	$(BIN)/python -m tests.fuzz $(FUZZ)

faults: ## break the hub in every way of deploy/RELIABILITY.md (FAULTS=full: for hours; goes on where it stopped)
	$(BIN)/python -m tests.faults $(if $(filter full,$(FAULTS)),--full)

official: ## show that the hub reproduces DfE's table of 2022 from events (OFFICIAL=--quick: without a hub)
	$(BIN)/hub official-check $(or $(FILES),$(sort $(wildcard tests/official/*.csv.gz))) $(OFFICIAL)

bench-generate: ## measure a synthetic year and compare it with DfE's figures for 2022
	$(BIN)/python -m tests.benchmarks.generation

schemas: ## write the JSON Schemas of every contract again
	$(BIN)/python -m hub.cli schemas

clean: ## remove what setup, tests and builds left in this folder; data stay where they are
	rm -rf .venv build deploy/kafka/target *.egg-info tests/artifacts .coverage .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
