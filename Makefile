# Two commands do everything: `make serve` and `make test`. Settings can be given as PORT=9000 or KG_PORT=9000.

PYTHON ?= python3
BIN := .venv/bin
SETTINGS := STORE BASE_IRI HOST PORT ADDRESS WORKERS THREADS LINK LINK_THRESHOLD DECISIONS QUERIES MAIL SEEDS \
            QUERY_TIMEOUT QUERY_MEMORY QUERY_WORKERS QUERY_QUEUE CANNED_WORKERS QUERY_TEXT RESULT_ROWS RESULT_BYTES \
            SERVICE_ALLOW CACHE_BYTES WRITE_TOKEN WRITE_QUEUE WRITE_WAIT MCP_ORIGINS ACCESS_LOG EXPORTS \
            EXPORT_LICENCE MAX_BODY ENDPOINT ENDPOINT_UPDATE ENDPOINT_STORE ENDPOINT_GRAPH ENDPOINT_DIALECT \
            ENDPOINT_USER ENDPOINT_PASSWORD ENDPOINT_TOKEN ENDPOINT_TIMEOUT ENDPOINT_CHECK

# PORT=9000 on the command line is KG_PORT=9000 for the program; the shell's own HOST or PORT is nobody's business.
$(foreach name,$(SETTINGS),$(if $(filter command line,$(origin $(name))),$(eval export KG_$(name) := $($(name)))))

.PHONY: serve test check bench lock clean

# Hundreds of processes that each compile all modules anew take minutes.
serve test check: export PYTHONDONTWRITEBYTECODE :=

serve: .venv/installed
	@exec $(BIN)/kg serve

test: .venv/installed-dev .venv/debian-packages check
	$(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST)

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "paperkg needs Python 3.11 or newer; say which with PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "installing Debian's python3-venv"; sudo=$$(test $$(id -u) = 0 || echo sudo); \
	    $$sudo apt-get -qq update && $$sudo apt-get -qq install -y python3-venv; } || \
	  { echo "this Python cannot make virtual environments; install the package python3-venv" >&2; exit 1; }
	@echo "making .venv"
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml server/frontend/package-lock.json | .venv/bin/python
	@echo "installing paperkg and what it needs (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@test -e server/static/vendor/versions.json || \
	  echo "charts, graphs and the query editor do without scripts: npm's registry could not be reached" >&2
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "installing what the tests need (once)"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# A real browser and a second store; where they cannot be installed, their tests are skipped and say so.
.venv/debian-packages: tests/debian-packages.txt | .venv/bin/python
	@missing=$$(for name in $$(cat $<); do dpkg-query -W -f '$${Status}' $$name 2>/dev/null | grep -q 'ok installed' || echo $$name; done); \
	  test -z "$$missing" || { echo "installing Debian's" $$missing; sudo=$$(test $$(id -u) = 0 || echo sudo -n); \
	    $$sudo apt-get -qq update && DEBIAN_FRONTEND=noninteractive $$sudo apt-get -qq install -y --no-install-recommends $$missing >/dev/null; } || \
	  echo "could not install" $$missing "- the tests that need them will be skipped" >&2
	@touch $@

# Against every peer, in about an hour; QUICK=1: on the seeds alone, in three. The peers go into .venv-bench.
bench: .venv/installed-dev .venv/debian-packages
	$(BIN)/python -m bench.all $(if $(QUICK),--quick --output .cache/bench)

lock: .venv/bin/python
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra build --extra mcp --extra parquet --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra dev --extra mcp --extra parquet --extra spark --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header -q -o requirements-dev.lock

clean:
	rm -rf .venv .venv-bench dist build .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
