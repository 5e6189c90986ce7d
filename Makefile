# One page of targets; `make` alone prints them. Everything is installed into .venv from the two locks in requirements/.

VENV := .venv
RUN := $(VENV)/bin/python
# Newest first; each candidate is tried, not only found: a version manager's stub may be on the PATH and not start.
PYTHONS := $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3)
FOLDERS := bot messengers web handlers moderation digests publishing storage deeds texts tests $(if $(wildcard scripts/*.py),scripts) $(if $(wildcard bench/*.py),bench)
PIP := $(RUN) -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo run test check format bench soak lock ops

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## set up and start on SQLite with a sample commune; prints the addresses
	@$(VENV)/bin/viectot demo

run: $(VENV)/.run ## start with the settings of .env
	@$(VENV)/bin/viectot run

test: $(VENV)/.dev ## set up and run every test, on SQLite and on PostgreSQL
	@$(RUN) -m pytest -n auto --dist worksteal

check: $(VENV)/.dev ## formatting, lint, types, import directions, guards, and whether generated docs are current
	@$(VENV)/bin/ruff format --check $(FOLDERS)
	@$(VENV)/bin/ruff check $(FOLDERS)
	@$(RUN) -m mypy $(FOLDERS)
	@$(VENV)/bin/lint-imports --no-logo
	@$(RUN) -m pytest tests/guards -q
	@if [ -f scripts/write_docs.py ]; then $(RUN) scripts/write_docs.py --check; fi

format: $(VENV)/.dev ## put code into shape and mend what lint can mend by itself
	@$(VENV)/bin/ruff check --fix $(FOLDERS)
	@$(VENV)/bin/ruff format $(FOLDERS)

bench: $(VENV)/.dev ## compare every path with a peer; QUICK=1 ends within a minute
	@PYTHONPATH=. $(VENV)/bin/python -m bench

soak: $(VENV)/.dev ## the long runs: the fault tests at full length, figures printed
	@VIECTOT_SOAK=1 $(RUN) -m pytest tests/faults -s

lock: $(VENV)/bin/pip ## renew the locks from pyproject.toml (set UPGRADE=1 to take newer versions)
	@test -x build/lock/bin/uv || { $(RUN) -m venv build/lock && build/lock/bin/pip install --quiet uv; }
	@for lock in run:build dev:dev ops:ops; do \
		build/lock/bin/uv pip compile pyproject.toml --group $${lock#*:} --universal --python-version 3.11 \
			--generate-hashes --no-header --quiet $(if $(UPGRADE),--upgrade) --output-file requirements/$${lock%:*}.txt; \
	done

# The development lock holds everything of the run lock at the same versions (tests/guards prove it), so one
# environment serves both, in either order.
$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/pip
	@echo "Installing what the program needs (a minute or two the first time) ..."
	@$(PIP) --require-hashes --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

ops: $(VENV)/.run ## add the operator's emergency tool for Telegram (viectot telegram)
	@$(PIP) --require-hashes --requirement requirements/ops.txt

$(VENV)/.dev: requirements/dev.txt requirements/run.txt pyproject.toml | $(VENV)/bin/pip
	@echo "Installing what the program and its tests need (a few minutes the first time) ..."
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.run $@

$(VENV)/bin/pip:
	@old=; bare=; for python in $(PYTHONS); do \
		"$$python" -c '' 2>/dev/null || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { old=$$python; continue; }; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare=$${bare:-$$python}; continue; }; \
		rm -rf $(VENV) && "$$python" -m venv $(VENV) && exit 0; bare=$${bare:-$$python}; \
	done; rm -rf $(VENV); \
	if [ -n "$$bare" ]; then \
		echo "$$bare cannot make a virtual environment; install its part for that: sudo apt-get install python3-venv" >&2; \
	elif [ -n "$$old" ]; then \
		echo "$$old is too old, Python 3.11 or newer is needed: sudo apt-get install python3.11 python3.11-venv" >&2; \
	else \
		echo "No Python found among: $(PYTHONS); 3.11 or newer is needed: sudo apt-get install python3 python3-venv" >&2; \
	fi; exit 1
