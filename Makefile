# Every target sets up what it needs: git, make and a Python 3.11 or newer are enough. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test peers browser check demo attack fuzz bench mutants clock admin replay seed package lock clean
SHELL := /bin/bash
PY := .venv/bin/python
STATE ?= .rota

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready ## Rota on http://127.0.0.1:8000 (PORT=8001 elsewhere, FRESH=1 begins anew)
	@exec $(PY) -m infra.local.run --state-dir $(STATE)

test: .venv/ready .venv-sam/ready peers ## All tests (ARGS="tests/unit -k fees" for some)
	@$(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

browser: .venv/ready ## Walks through every page in Chromium (Debian: apt-get install chromium); pictures in screenshots/
	@ROTA_BROWSER=required $(PY) -m pytest tests/browser $(ARGS)

check: .venv/ready ## Lint, types, layers, templates, and that generated files are current
	@$(PY) -m infra.check

demo: .venv/ready ## The whole journey on a throwaway stack, step by step (ARGS="reviews waitlist" for some chapters)
	@$(PY) -m infra.local.demo $(ARGS)

attack: .venv/ready .venv-sam/ready ## What an attacker would try, over HTTP on a throwaway stack (ARGS=links for one group)
	@$(PY) -m infra.local.attack $(ARGS)

fuzz: .venv/ready ## Ten times the fuzzing of `make test`, from a fresh seed (SEED=... repeats one)
	@ROTA_FUZZ=10 $(PY) -m pytest -n 2 tests/contract/test_fuzz.py --hypothesis-seed=$(or $(SEED),$(shell date +%s)) $(ARGS)

bench: .venv/ready ## Speed as ratios against the least possible
	@$(PY) -m infra.bench $(ARGS)

mutants: .venv/ready ## Which wrong operators and constants of domain and services no test notices (an hour; ARGS="--number 40")
	@$(PY) -m infra.mutants $(ARGS)

clock: .venv/ready ## Move business time of the running stack: BY=48h or TO=2027-01-15T06:00:00Z
	@$(PY) -m infra.local.clock --state-dir $(STATE) --by "$(BY)" --to "$(TO)"

admin: .venv/ready ## EMAIL=you@clinic.example makes the first administrator; ARGS="--help" lists the rest
	@$(PY) -m infra.local.admin --state-dir $(STATE) $(if $(EMAIL),first $(EMAIL),$(ARGS))

replay: .venv/ready ## Publish event rows again: SINCE=2027-01-01T00:00:00Z UNTIL=...
	@$(PY) -m infra.local.replay --state-dir $(STATE) --since "$(SINCE)" --until "$(UNTIL)"

seed: .venv/ready ## Load the seed into the running stack; N=5000 adds that many generated programs
	@$(PY) -m infra.local.seed --state-dir $(STATE) --programs "$(or $(N),0)"

package: .venv-sam/ready ## Build the artifacts for AWS (python3.13 on arm64, no Docker)
	@.venv-sam/bin/sam build

lock: .venv/ready ## Resolve requirements/*.in again into hash-locked requirements/*.txt
	@for name in runtime dev sam uv stripe-spec; do \
		.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
			--no-annotate --no-header $$([ $$name = stripe-spec ] && echo --no-deps) requirements/$$name.in -o requirements/$$name.txt; done

clean: ## Remove environments, local state and caches
	rm -rf .venv .venv-* .rota .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# --- environments: made once per lock ---------------------------------------------------------------------------------------------------
.venv/ready: requirements/uv.txt requirements/dev.txt requirements/stripe-spec.txt
	@.ci/venv .venv requirements/dev.txt requirements/stripe-spec.txt
	@touch $@

# Independent programs that tests hold Rota against; without npm those tests say that they were left out.
peers:
	@if command -v npm >/dev/null && [ tests/peers/package-lock.json -nt tests/peers/node_modules/ready ]; then \
		npm ci --prefix tests/peers --ignore-scripts --no-audit --no-fund --silent && touch tests/peers/node_modules/ready; fi

.venv-sam/ready: requirements/uv.txt requirements/sam.txt
	@.ci/venv .venv-sam requirements/sam.txt
	@touch $@
