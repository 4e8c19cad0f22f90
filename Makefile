# Short names for the presets (CMakePresets.json). ./lianjin.sh installs what they need.
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 20
export PATH := $(CURDIR)/deps/fetched/node/bin:$(PATH)

.PHONY: all release release-clang debug tsan coverage fuzz aarch64 test test-all bench accuracy deps clean install check

all: release

release release-clang debug debug-clang tsan tsan-clang:
	@cmake --preset $@ > /dev/null
	@cmake --build --preset $@ -j $(JOBS)

aarch64: deps-aarch64
	@cmake --preset $@ > /dev/null
	@cmake --build --preset $@ -j $(JOBS)

# The fast set: all tests of the optimised build, with gcc, and one arithmetic with clang.
test:
	@sh tests/all.sh fast

# Everything: the sanitizers, ARM and short fuzzing too.
test-all:
	@sh tests/all.sh

check:
	@python3 tools/check-sources.py

fuzz:
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS)

coverage:
	@cmake --preset coverage > /dev/null
	@cmake --build --preset coverage -j $(JOBS)
	@ctest --preset coverage -L unit
	@mkdir -p build/coverage/report
	@gcovr --root . --filter src/ --object-directory build/coverage --html-details build/coverage/report/index.html \
		--print-summary
	@echo "build/coverage/report/index.html"

bench:
	@bench/run

# What the examples reach on real data, beside what is asked. About an hour on two cores.
accuracy: release
	@bench/accuracy

deps:
	@deps/fetch.sh

deps-aarch64:
	@deps/fetch.sh aarch64

install: release
	@cmake --install build/release

clean:
	@rm -rf build
