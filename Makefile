# Everything goes through here; each target sets up what it needs first. `make` alone says what there is.
# The machine must have Python 3.11 or newer, make and a package registry that pip reaches; no more.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8000
FELLES_HOME ?= $(CURDIR)/.felles
BIN := .venv/bin
FAST := not slow and not browser and not soak
# A process more than there are cores. A file's tests stay together, for they share what they start, and files begin in
# the order that tests/conftest.py gives them, the longest first; it lets the longest of all go in parts.
SHARED := -n auto --dist loadfile --no-loadscope-reorder

.PHONY: help run test check audit soak pictures lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Touched when the environment agrees with the lock, so that a second `make run` is up in seconds.
.venv/.run: pyproject.toml uv.lock scripts/setup.sh
	@sh scripts/setup.sh run && touch $@

.venv/.dev: pyproject.toml uv.lock scripts/setup.sh
	@sh scripts/setup.sh dev && touch $@ .venv/.run

# The generated types are large: without their bytecode every process that starts would compile them, for seconds.
BYTECODE = @$(BIN)/python -m compileall -q src/felles

# exec: Ctrl+C and kill reach the server itself, which stops its workers and the database before it ends.
run: .venv/.run ## set up and serve the synthetic region (PORT=8000, FELLES_HOME=./.felles)
	$(BYTECODE)
	@FELLES_HOME='$(FELLES_HOME)' FELLES_PORT='$(PORT)' exec $(BIN)/felles serve --demo

test: .venv/.dev ## set up and run every test but the soak (ARGS= for pytest)
	@sh scripts/chromium.sh
	$(BYTECODE)
	@exec $(BIN)/pytest $(SHARED) -m 'not soak' $(ARGS)

# Types beside the tests: each uses one core.
check: .venv/.dev ## lint, types, arrows between the rooms, audit of the lock, fast tests: under a minute
	$(BYTECODE)
	@$(BIN)/python scripts/audit.py
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/pyright --warnings > .venv/pyright.txt 2>&1 & types=$$!; \
	$(BIN)/pytest -q $(SHARED) -m '$(FAST)' $(ARGS); tests=$$?; \
	wait $$types; found=$$?; cat .venv/pyright.txt; exit $$((tests | found))

# --strict: what the registry cannot tell of is a failure, not a pass.
audit: .venv/.dev ## ask the registry whether a locked package has a known weakness (needs its list of advisories)
	@$(BIN)/python scripts/audit.py
	@$(BIN)/uv export --quiet --locked --all-groups --no-emit-project --format requirements-txt -o .venv/audit.txt
	@$(BIN)/uv tool run pip-audit==2.10.1 --strict --disable-pip --require-hashes -r .venv/audit.txt

soak: .venv/.dev ## crash, load and size tests, which take long (ARGS= for pytest)
	$(BYTECODE)
	@exec $(BIN)/pytest -m soak $(ARGS)

pictures: .venv/.dev ## pictures of every page into docs/pages/, of the tour into docs/tour/ (ARGS=; takes minutes)
	@sh scripts/chromium.sh
	$(BYTECODE)
	@$(BIN)/python scripts/tour.py
	@exec $(BIN)/python scripts/pictures.py $(ARGS)

lock: .venv/.dev ## take newer versions of the dependencies into the lock (ARGS= for uv lock)
	@$(BIN)/uv lock --upgrade $(ARGS)
	@$(BIN)/uv export --quiet --locked --only-group setup --no-header --format requirements-txt -o scripts/setup.txt
	@sh scripts/setup.sh dev && touch .venv/.dev .venv/.run

clean: ## remove the environment and caches; data under FELLES_HOME stays
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis
