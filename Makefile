# SPDX-License-Identifier: MIT
# The frame around Meson: each target first installs the Debian packages that it lacks.
# `make help` lists them.

# Debian's own tools first: a Python or Meson from elsewhere may lack Debian's modules.
export PATH := /usr/bin:/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

# seconds of each fuzz target
SOAK_FUZZ_S ?= 60
TEST_FUZZ_S ?= 3

.PHONY: help build test demo bench truth soak coverage format check prove-install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

build: ## build/sonique, release
	@scripts/install_packages.sh build
	@scripts/builds.py --program release
	@echo "build/sonique is ready"

test: ## all tests: release with GCC, ASan and UBSan with Clang, fuzzers briefly, the checks of the tree
	@scripts/install_packages.sh build test
	@scripts/run_tests.py release asan --fuzz-briefly $(TEST_FUZZ_S) --checks

check: ## only the checks of the tree: layers, headers, format, schemas
	@scripts/install_packages.sh build test
	@scripts/run_tests.py --checks

demo: ## listen to a few sounds, watch a film, compose a piece, give a film its soundtrack, and see what comes out
	@scripts/install_packages.sh build demo
	@scripts/builds.py --program release
	@scripts/demo.sh

bench: ## speed and memory, measured here, against the last stored run of this machine
	@scripts/install_packages.sh build test bench
	@scripts/builds.py release
	@scripts/bench.py --json build/bench.json

truth: ## accuracy against the truth sets; a score that falls fails
	@scripts/install_packages.sh build test bench truth
	@scripts/builds.py release
	@scripts/truth.py

soak: ## the other compilers and sanitizers, and each fuzz target for SOAK_FUZZ_S seconds
	@scripts/install_packages.sh build test
	@scripts/run_tests.py release-clang asan-gcc tsan --fuzz $(SOAK_FUZZ_S)

coverage: ## covered lines, room by room; fails under 90 %
	@scripts/install_packages.sh build test coverage
	@scripts/coverage.py

format: ## clang-format on every C file
	@scripts/install_packages.sh test
	@scripts/check_format.sh --fix

prove-install: ## make demo and make test in a fresh Debian 12 (needs root)
	@scripts/install_packages.sh prove
	@scripts/prove_install.sh

clean: ## remove all that was built
	rm -rf build build-asan build-clang build-asan-gcc build-tsan build-cov build-fuzz
