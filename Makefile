# make demo  and  make test  work in a fresh clone; both set up .venv by themselves.

PYTHON ?= python3
VENV := .venv
RESULTS := results
DOCS := docs/build

python := $(VENV)/bin/python
pip := $(python) -m pip --disable-pip-version-check --quiet
package := $(VENV)/package.stamp
tools := $(VENV)/tools.stamp
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test debian-packages check lint utest coverage docs site dist bench soak pictures prompts clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

demo: $(package) ## run a first call test; the last line is the path of its log.html
	@rm -rf $(RESULTS)/demo
	@$(python) -m robot --outputdir $(RESULTS)/demo --report NONE atest/demo/first_call.robot; \
	code=$$?; echo '$(CURDIR)/$(RESULTS)/demo/log.html'; exit $$code

# Installing the tools needs the first two Debian packages; the others come meanwhile.
test: ## lint, types, unit and acceptance tests
	@.ci/install-debian-packages python3-venv g++
	@$(MAKE) --no-print-directory --jobs=2 debian-packages $(tools)
	@$(python) .ci/check.py

debian-packages:
	@.ci/install-debian-packages

check: $(tools) ## lint, types, unit tests and a few acceptance tests, in about a minute
	@$(python) .ci/check.py lint types utest quick

lint: $(tools) ## only lint and types
	@$(python) .ci/check.py lint types

utest: $(tools) ## only the unit tests, all of them
	@$(python) .ci/check.py utest

coverage: $(tools) ## lines that the unit and the embedded acceptance tests run, child processes too
	@$(python) -m coverage erase
	@$(python) -m coverage run .ci/check.py utest atest; code=$$?; \
	$(python) -m coverage combine --quiet; $(python) -m coverage report; exit $$code

docs: $(package) ## keyword documentation into docs/build, and docs/proofs.md
	@mkdir -p $(DOCS)
	@$(python) docs/proofs.py
	@$(python) -m robot.libdoc BaresipLibrary/calls.resource $(DOCS)/calls.html
	@$(python) -m robot.libdoc BaresipLibrary/dialogue.resource $(DOCS)/dialogue.html
	@$(python) -m robot.libdoc BaresipLibrary $(DOCS)/BaresipLibrary.html

site: $(tools) ## one site of guide, keywords and measurements into docs/build/site
	@$(python) docs/site.py

dist: $(package) ## sdist and wheel into dist/, checked; docs/releasing.md says what then
	@rm -rf dist
	@$(pip) install build twine
	@$(python) -m build
	@$(python) -m twine check --strict dist/*

bench: $(tools) ## measure, and print tables
	@set -e; for script in bench/[!_]*.py; do $(python) $$script; done

soak: $(tools) ## make 1,000 calls in one pair of agents, and see that nothing grows
	@$(python) -m robot --outputdir $(RESULTS)/soak --report NONE --variable CALLS:1000 atest/robustness/soak.robot

pictures: $(tools) ## take the pictures of the README anew
	@$(python) docs/pictures/take.py

prompts: $(package) ## write BaresipLibrary/prompts/*.wav anew
	@$(python) resources/generate_prompts.py

clean: ## remove everything that make made
	@rm -rf $(VENV) $(RESULTS) $(DOCS) dist .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# When the virtual environment itself is damaged, `make clean` and start over.
$(package): pyproject.toml
	@.ci/make-venv $(VENV)
	@echo 'Installing BaresipLibrary and what it needs into $(VENV)'
	@$(pip) install --editable '.[embedded,plots]'
	@touch $@

# In one go, not after what the package needs: that would build it twice.
$(tools): pyproject.toml
	@.ci/make-venv $(VENV)
	@echo 'Installing BaresipLibrary and what its tests need into $(VENV)'
	@$(pip) install --editable '.[embedded,plots,speech,voices,quality,metrics,otel,dev]'
	@touch $(package) $@
