# The two commands a newcomer types are `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
export PORT DEMO_DIR

.PHONY: run test check fmt messages seed bench lock clean

run: ## install what is missing, load the demo, serve it with its worker and its clock
	@sh bin/prepare "$(PYTHON)" base
	@$(BIN)/python manage.py compilemessages
	@exec $(BIN)/python manage.py demo

test: ## every test, browser included, on the embedded default or on DATABASE_URL and CELERY_BROKER_URL
	@sh bin/prepare "$(PYTHON)" dev
	@sh bin/browser
	@$(BIN)/python manage.py compilemessages --settings tests.settings
ifdef ARGS
	$(BIN)/pytest -n 2 $(ARGS)
else
	$(BIN)/pytest -n 2 $(COVERAGE) $(TOUCHING) --ignore tests/e2e
	$(BIN)/pytest -n 2 --durations=20 $(if $(LOOKS),-m "not looks") $(JOURNEYS)
endif

# Measured without the browser journeys: tracing makes them slow, and each line must have a test of its own.
JOURNEYS ?= tests/e2e
COVERAGE ?= --cov --cov-report=term --cov-fail-under=95

check: ## lint, types, templates, import direction, migrations, translations
	@sh bin/prepare "$(PYTHON)" dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings
	$(BIN)/python manage.py check --fail-level WARNING --settings tests.settings
	$(BIN)/python manage.py permissions --check --settings tests.settings
	$(BIN)/python manage.py compilemessages --settings tests.settings
	$(BIN)/pytest -q -p no:randomly tests/test_conventions.py tests/test_translations.py

fmt: ## put code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: ## collect texts for the translators
	$(BIN)/python manage.py makemessages --settings tests.settings

seed: ## synthetic years, such as ARGS="--contacts 50000 --years 3"
	@sh bin/prepare "$(PYTHON)" base
	$(BIN)/python manage.py seed $(ARGS)

bench: ## measure speed on a database of its own: ONLY=slots, booking, queue or desk, QUICK=1 under a minute
	@sh bin/prepare "$(PYTHON)" base
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

lock: ## write the hash-locked requirements anew (needs uv)
	for name in base dev; do uv pip compile requirements/$$name.in --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -q -o requirements/$$name.txt; done

clean: ## forget the environment and the demo
	rm -rf .venv .demo
