# make run    set everything up, open the demonstration office, serve its pages
# make test   set everything up, lint, type-check, run the tests
# make bench  measure; make prove  run the long proofs in full
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SOURCES := engine web processes tests

.PHONY: run test check-code bench prove lock clean
.DELETE_ON_ERROR:
# Every command starts faster from compiled files: where the environment forbids them, not here.
unexport PYTHONDONTWRITEBYTECODE

run: $(VENV)/run.stamp
	$(BIN)/qingdan demo

test: $(VENV)/test.stamp check-code
	$(BIN)/pytest -n auto --dist worksteal

check-code: $(VENV)/test.stamp
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench

prove: $(VENV)/test.stamp
	QINGDAN_PROVE=full $(BIN)/pytest -m prove

$(VENV)/run.stamp: requirements.lock setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements-test.lock tests/chromium.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	sh tests/chromium.sh
	touch $@

# Needs uv (pip install uv); run it after changing setup.cfg, and commit what it writes.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links setup.cfg requirements.in -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --extra test setup.cfg requirements.in -o requirements-test.lock

clean:
	rm -rf $(VENV) build dist out instance
