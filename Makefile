# make run starts the program with a demo municipality; make test runs every check.
# Needs make and Python 3.11 or newer; make test also Chromium and PostgreSQL (scripts/system-deps.sh).

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
UV_COMPILE := $(BIN)/uv pip compile --quiet --upgrade --exclude-newer '7 days' --generate-hashes \
	--universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock'

.PHONY: run install test test-fast bench soak messages pictures screens lock vendor clean

run: .venv/.run-ok
	@$(BIN)/climatebudget run --demo --port $(PORT)

# Prepares .venv and starts nothing.
install: .venv/.run-ok

test: .venv/.dev-ok
	@sh scripts/system-deps.sh
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m 'not soak'

# What can be tested without a browser and without PostgreSQL.
test-fast: .venv/.dev-ok
	$(BIN)/python -m pytest -q -m 'not browser and not postgres and not soak'

bench: .venv/.dev-ok
	$(BIN)/python -m tests.bench

# What takes long: hundreds of kills, load, every page on PostgreSQL.
soak: .venv/.dev-ok
	@sh scripts/system-deps.sh
	$(BIN)/python -m pytest -q -m soak

# Writes the translations anew, sorted, and says what they lack.
messages: .venv/.run-ok
	@$(BIN)/python scripts/messages.py

# Takes the pictures that the help and the README show, from the demo.
pictures: .venv/.dev-ok
	@sh scripts/system-deps.sh
	$(BIN)/python -m tests.browser.pictures

# Every page at both widths, light and dark: make screens TO=folder
screens: .venv/.dev-ok
	@sh scripts/system-deps.sh
	$(BIN)/python -m tests.browser.screens '$(or $(TO),screens)'

# Renews the pins, leaving out what was published in the last seven days.
lock: .venv/.dev-ok
	$(UV_COMPILE) requirements/run.in -o requirements/run.lock
	$(UV_COMPILE) requirements/dev.in -o requirements/dev.lock

# Fetches the files that VENDOR.toml names again, at the versions it names.
vendor: .venv/.run-ok
	$(BIN)/python scripts/vendor.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache

.venv/.run-ok: requirements/run.lock scripts/bootstrap.sh
	@PYTHON='$(PYTHON)' sh scripts/bootstrap.sh run

.venv/.dev-ok: requirements/dev.lock requirements/run.lock scripts/bootstrap.sh
	@PYTHON='$(PYTHON)' sh scripts/bootstrap.sh dev
