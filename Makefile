# Two commands for everything: `make run` and `make test`. The rest is for those who work on it.

PYTHON ?= python3
BIN := .venv/bin
NATIVE := media/native/path.c media/native/path.h

# One more than processors: a test that waits for a browser leaves its own to another.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# What is compiled is kept, for the hundred processes that the tests start; some images forbid it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run demo test lint types check bench soak lock system clean

run: .venv/run.stamp  ## set up and start everything; open the address it prints
	@$(BIN)/emessi serve

demo: .venv/run.stamp  ## the same, with a demonstration programme and a finished, indexed meeting
	@$(BIN)/emessi serve --demo

test: system .venv/dev.stamp  ## set up and pass all tests
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not alone and not soak"
	@$(BIN)/pytest -m "alone and not soak"

lint: .venv/dev.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/dev.stamp
	@$(BIN)/mypy

check: lint types test

bench: system .venv/dev.stamp
	@for name in forwarding rooms first_frame finalising workbench detection scale; do \
		$(BIN)/python -m benchmarks.$$name || exit 1; done

# Each of atheris's targets runs for FUZZ_SECONDS; the memory of a relay is watched for SOAK_MINUTES;
# SOAK_KILLS processes are killed under people who speak.
FUZZ_SECONDS ?= 120
SOAK_KILLS ?= 200

soak: system .venv/dev.stamp  ## hours: everything with many more examples, fuzzed, sanitized, watched
	@sh .ci/packages vlc-bin vlc-plugin-base faketime
	@HYPOTHESIS_PROFILE=soak $(BIN)/pytest -m "not browser and not soak" --timeout 3600
	@$(BIN)/python -m tests.fuzz.atheris_run $(FUZZ_SECONDS)
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m tests.fuzz.sanitized --timeout 1800 \
		tests/media/native tests/fuzz
	@HYPOTHESIS_PROFILE=soak $(BIN)/pytest -m "browser and not soak"
	@HYPOTHESIS_PROFILE=soak $(BIN)/pytest -s -m soak tests/soak
	@$(BIN)/python -m tests.soak.crash_matrix $(SOAK_KILLS)

# What is compiled is compiled where it is installed; without a compiler pip leaves it out.
# The virtual environments differ only in what they hold; dev is a superset of run.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "eMessi needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock pyproject.toml setup.py $(NATIVE) | .venv/bin/python
	@echo "Setting up (once; a minute or two) ..."
	@test -e .venv/dev.stamp || $(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml setup.py $(NATIVE) | .venv/bin/python
	@echo "Setting up for development (once; a minute or two) ..."
	@$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@ .venv/run.stamp

system:  ## Debian packages that the tests drive: browsers, a voice, a database, TURN, a peer SFU, a publisher
	@sh .ci/packages gcc libc6-dev chromium firefox-esr pulseaudio espeak-ng postgresql ffmpeg janus coturn \
		python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
		gstreamer1.0-plugins-bad gstreamer1.0-nice

lock: .venv/bin/python  ## write both lock files anew from pyproject.toml
	@$(BIN)/pip install --quiet uv
	@for extra in "" dev; do \
		$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --no-header --quiet \
			$${extra:+--extra $$extra} --output-file requirements$${extra:+-$$extra}.lock; done

clean:
	rm -rf .venv build *.egg-info
