# Everything a person types. `make` alone lists it.
SHELL := /bin/sh
VENV ?= .venv
BIN := $(VENV)/bin
export VENV PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo run test test-cluster test-nightly planted chaos lint check fix bench bench-delivery bench-scale soak eval shots locks install

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

demo: ## the demo province on this machine; Ctrl-C stops it
	@requirements/install demo
	@$(BIN)/keng demo $(ARGS)

run: ## all processes with your own data
	@requirements/install runtime
	@$(BIN)/keng serve $(ARGS)

test: install ## the tests; ARGS="tests/journeys -k loop" runs some of them
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.run $(ARGS)

test-nightly: install ## the tests at every look, with random seeds and long storms, on every Python
	@PATH="$(CURDIR)/$(BIN):$$PATH" .ci/nightly

test-cluster: install ## kill the primary of replicated databases under load, on every PostgreSQL here, and break what is around two machines; Patroni where it is installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.cluster $(ARGS)

planted: install ## plant faults that the tests must notice; ARGS="NAME" plants one
	@$(BIN)/python -m tests.planted $(ARGS)

chaos: install ## a million simulated kills of senders, and 40 real ones; ARGS="--seed 7" is another seed
	@$(BIN)/python -m tests.simulation --points 1000000 $(ARGS)
	@$(BIN)/python -m tests.load.delivery_chaos $(ARGS)

lint: install ## style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djangofmt --check src dev
	KENG_DATA=$(VENV)/check $(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint ## the same, and migrations, translations and the shape of the code
	$(BIN)/python -m pytest -q tests/architecture

fix: install ## put the style right where that can be done by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djangofmt src dev

bench: install ## measure intake, list, search, sending and the reading of words on this machine
	@$(BIN)/keng bench $(ARGS)

bench-delivery: install ## measure sending alone, beside bare clients, Celery, Apprise and Kannel
	@$(BIN)/keng bench delivery ceiling peers $(ARGS)

bench-scale: install ## measure with a million tips beside ten thousand; TIPS=10000000 is a large province after years
	@$(BIN)/keng bench scale --tips $(or $(TIPS),1000000) $(ARGS)

soak: install ## send 800 a second for 15 minutes beside long readers; ARGS="--seconds 40" is a short one
	@$(BIN)/keng bench soak $(ARGS)

eval: install ## how right the machine's suggestions are, on the development set beside the repository
	@$(BIN)/python -m tests.evaluate

shots: install ## the pictures of the guides into docs/screens/; ARGS=every: all screens into shots/
	@$(BIN)/python -m tests.shots $(ARGS)

locks: ## write the lock files anew; UPGRADE=1 takes newer versions
	@requirements/lock

install: ## everything that developing needs, into .venv
	@requirements/install dev
