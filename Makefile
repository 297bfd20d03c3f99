# Each line is a command that anyone could type; the work is in the programs they call.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset tour test test-worlds test-services test-machines test-pages test-memory coverage check unit format bench simulate deb deb-test lock clean
PY := .venv/bin/python
WIRE_TESTS := tests/unit/firmware_protocol tests/vectors/osdp tests/property/firmware_protocol
POLICY_TESTS := tests/unit/access_policy

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

setup:  ## install everything that the demo needs (quick when nothing changed)
	@scripts/setup demo

demo: setup  ## a whole site on this machine; Ctrl-C stops it, its data stay
	@$(PY) -m provisioning.demo run

demo-reset: setup  ## forget the demo's data
	@$(PY) -m provisioning.demo reset

tour: setup  ## the main job from end to end, a line and a duration a step
	@$(PY) -m provisioning.tour

test: check test-worlds  ## check, then every test: those that mostly wait beside those that mostly compute
	@$(MAKE) --no-print-directory -j4 --output-sync=line test-services test-machines test-pages test-memory

test-worlds:  # alone, because it takes every processor for a minute
	$(PY) -m pytest tests/simulation/test_whole_system.py

# The integration tests wait more than they compute: in two halves by their names.
test-services:
	$(PY) -m pytest tests/integration/test_[a-f]*.py tests/chaos

test-machines:
	$(PY) -m pytest tests/integration --ignore-glob "tests/integration/test_[a-f]*.py"

test-pages:
	$(PY) -m pytest tests/browser

test-memory: coverage  # the tests under coverage run there alone
	$(PY) -m pytest tests --ignore tests/integration --ignore tests/chaos --ignore tests/browser --ignore tests/tidy \
	  --deselect tests/simulation/test_whole_system.py $(addprefix --ignore ,$(WIRE_TESTS) $(POLICY_TESTS))

coverage:  ## the protocols of the wire and the access policy: every branch covered by their own tests
	@scripts/setup test
	$(PY) -m coverage run --source firmware_protocol -m pytest $(WIRE_TESTS)
	$(PY) -m coverage report --skip-covered --fail-under 100
	$(PY) -m coverage run --source access_policy -m pytest $(POLICY_TESTS)
	$(PY) -m coverage report --skip-covered --fail-under 100

check:  ## ruff, mypy strict, import contracts, tidy tests
	@scripts/setup test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --config .importlinter
	$(PY) -m pytest tests/tidy

unit:  ## the tests that touch memory alone
	@scripts/setup test
	$(PY) -m pytest tests/unit tests/property tests/vectors

format:  ## let ruff write the code's outward form
	$(PY) -m ruff check --fix . && $(PY) -m ruff format .

bench:  ## the benchmarks: make bench NAME=decision
	@scripts/setup test
	$(PY) -m tests.benchmarks $(NAME)

simulate:  ## thousands of simulated sites: make simulate SEED=1 SEEDS=3000
	@scripts/setup test
	$(PY) -m tests.simulation day --seed $(or $(SEED),1) --seeds $(or $(DAYS),200)
	$(PY) -m tests.simulation whole --seed $(or $(SEED),1) --seeds $(or $(SEEDS),3000)

deb: setup  ## the gateway's Debian packages, amd64 and arm64, into dist/
	@$(PY) -m provisioning.appliance

deb-test:  ## the package in a fresh Debian: installed, upgraded, taken back, purged; a seeded card (root, 10 minutes)
	@scripts/setup test
	@$(PY) -m tests.appliance --suite $(or $(SUITE),bookworm)

lock:  ## pin what pyproject.toml asks for, with hashes
	@scripts/lock

clean:  ## remove what setup made (the demo's data stay)
	rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis cloud/console/static/vendor
