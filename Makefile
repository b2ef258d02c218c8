# The one front door.  `make help` lists what is behind it.
PYTHON ?= python3
ARGS ?=
WORKERS ?= 2
PY := .venv/bin/python
MANAGE := $(PY) manage.py
TEXTS := locale/ko/LC_MESSAGES/django.mo

# Where it is set, each process that a target starts would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# Production's profile with throw-away secrets, for the deployment checks only.
AS_PRODUCTION := PROFILE=production ALLOWED_HOSTS=routingml.example \
  SECRET_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(64))") \
  MODEL_SIGNING_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(64))")

.PHONY: help demo test check bench worker serve lock texts docs sbom audit install install-dev packages packages-dev clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: packages $(TEXTS)

install-dev: packages-dev $(TEXTS)

packages:
	@$(PYTHON) deploy/bootstrap.py

packages-dev:
	@$(PYTHON) deploy/bootstrap.py --dev

$(TEXTS): locale/ko/LC_MESSAGES/django.po
	@$(MANAGE) compile_texts
	@touch $@

demo: install  ## the main job on a fresh machine, then the server on 127.0.0.1:8000 (ARGS=--no-serve stops before)
	@$(MANAGE) demo $(ARGS)

test: install-dev  ## the whole test suite (ARGS="accounts -k signup" for a part)
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal -q $(ARGS)

check: install-dev  ## lint, format, types, import contracts, migrations, deployment settings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	$(AS_PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

bench: install  ## the measurements of the benchmark page (ARGS="--items 6000")
	@$(MANAGE) benchmark $(ARGS)

worker: install  ## the queue's workers
	@$(MANAGE) worker $(ARGS)

serve: install  ## the server alone, on 127.0.0.1:8000
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) serve $(ARGS)

lock:  ## resolve pyproject.toml into the lock files again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements-dev.lock
	echo "hnswlib>=0.8; sys_platform != 'win32'" | uv pip compile - --no-deps --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements-search.lock

texts: install-dev  ## collect the translatable texts into locale/ko (needs gettext)
	$(MANAGE) makemessages -l ko --no-location --no-obsolete -i .venv -i docs -i tests
	@$(MANAGE) compile_texts

docs: install  ## write the API document to docs/openapi.yaml
	@$(MANAGE) spectacular --validate --fail-on-warn --file docs/openapi.yaml

sbom: install-dev  ## write the bill of materials to routingml.cdx.json (CycloneDX)
	@$(PY) deploy/sbom.py routingml.cdx.json

audit: install-dev  ## look up known weaknesses of the locked packages; says so when it cannot
	@$(PY) deploy/audit.py

clean:  ## remove .venv and what tools left behind (never var/ nor models_store/)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache staticfiles
