# La Bàn: every target does the set-up it needs. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
RASA_PY := .venv-rasa/bin/python
CODE := knowledge actions connectors bot deploy tests

.PHONY: help setup setup-dev run test eval bench lint format clean

help: ## Show this list
	@echo "La Bàn - what make can do:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Set up both environments, nothing else
	@python="$$(sh deploy/find-python.sh)" && "$$python" deploy/bootstrap.py

setup-dev:
	@python="$$(sh deploy/find-python.sh)" && "$$python" deploy/bootstrap.py --dev

run: setup ## Set up what is missing and start the assistant (LABAN_PORT=8000 LABAN_HOST=127.0.0.1)
	@exec .venv/bin/laban serve

test: setup-dev ## Set up what is missing and run all checks and tests
	@$(PY) deploy/checks.py

eval: setup ## Measure the answers against our question set; writes a report
	@.venv/bin/laban eval

bench: setup-dev ## Compare search, turns and memory with plain alternatives
	@$(PY) -m tests.benchmarks

lint: setup-dev ## Check style and types
	@$(PY) deploy/checks.py --lint

format: setup-dev ## Put the code into its standard form
	@$(PY) -m ruff format $(CODE)
	@$(PY) -m ruff check --fix $(CODE)

clean: ## Remove everything generated: environments, index, models, logs, conversations
	rm -rf .venv .venv-rasa var build .rasa *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
