# What each target does is said in README.md and CONTRIBUTING.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= $(HOME)/.local
PYTHON ?= python3
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
export DUCKDB_LIB_DIR ?= $(abspath target/libduckdb)
export MARTLET_READERS ?= $(abspath target/readers)
export MARTLET_FAKESNOW ?= $(abspath target/fakesnow)
LIBRARY := $(if $(filter Darwin,$(shell uname -s)),libduckdb.dylib,libduckdb.so)
# The real samples are tested where they lie beside the project; elsewhere set the variable yourself.
ifneq ($(wildcard ../shared/synthea/expected),)
export MARTLET_SYNTHEA_SAMPLES ?= $(abspath ../shared/synthea)
endif

.PHONY: help
help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

.PHONY: libduckdb
libduckdb: ## Puts the prebuilt DuckDB library into target/libduckdb
	@$(PYTHON) scripts/libduckdb.py "$(DUCKDB_LIB_DIR)"

.PHONY: readers
readers: ## Puts programs of other authors that read artifacts into target/readers, for the tests
	@$(PYTHON) scripts/environment.py tests/readers/requirements.txt "$(MARTLET_READERS)"

.PHONY: fakesnow
fakesnow: ## Puts the stand-in for Snowflake that tests talk to into target/fakesnow
	@$(PYTHON) scripts/environment.py tests/snowflake/requirements.txt "$(MARTLET_FAKESNOW)"

.PHONY: build
build: libduckdb ## Builds target/release/martlet
	cargo build --release

.PHONY: install
install: build ## Installs the binary and DuckDB's library under PREFIX
	install -d "$(PREFIX)/bin" "$(PREFIX)/lib/martlet"
	install -m 755 "$(TARGET)/release/martlet" "$(PREFIX)/bin/martlet"
	install -m 644 "$(DUCKDB_LIB_DIR)/$(LIBRARY)" "$(PREFIX)/lib/martlet/$(LIBRARY)"

.PHONY: check
check: libduckdb ## Format, lints, documentation, layers and house rules
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items
	cargo test --test it -- layers:: tidy::

.PHONY: test
test: libduckdb readers fakesnow ## Every test
	cargo test

.PHONY: demo
demo: build ## Generates 1,000 patients, builds and tests the healthcare marts, prints the headline results
	@$(PYTHON) scripts/demo.py "$(TARGET)/release/martlet"

.PHONY: bench
bench: build ## Measures start-up, parsing and building, against dbt Core in the same run
	@$(PYTHON) scripts/bench.py "$(TARGET)/release/martlet"

.PHONY: stress
stress: libduckdb readers fakesnow ## Every test, with the whole of the random campaigns
	MARTLET_STRESS=1 cargo test
