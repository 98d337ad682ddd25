# The list of commands. `make help` prints it; on a fresh machine `make demo` and `make test` do all the set-up themselves.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test search conformance scenarios lint bench fuzz sanitize control-plane crds chart-lint \
    image-lint

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/deepseek-operator
CRD := crds/serving.deepseek.io_deepseekclusters.yaml
export PATH := $(CACHE)/tools/bin:$(PATH)

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what building and testing need (Debian 12); does nothing when it is there
	@scripts/setup.sh

build: setup ## build everything, for debugging
	swift build --build-tests

demo: setup ## watch pods follow the load, with no cluster; ARGS="--duration 60" ends it by itself
	swift run deepseek-demo $(ARGS)

# One process after the other: tests that compute for seconds would starve those that wait for sockets of the few
# threads they share, and those that start control planes by the dozen, or migrate under load, those with deadlines. SWT_...
# says how many of a process run side by side: two cores carry so many without leaders losing leases of a few seconds, or
# all tests that were begun at once waiting a minute for the first socket.
COMPUTING := AutoscalingTests|TrafficModelTests|SimulationTests|MigrationTests
HEAVY := IntegrationTests.(WholeCluster|Fixture|RBAC|FaultSweep)Tests
MIGRATIONS := IntegrationTests.MigrationSuiteTests
STREAMS := IntegrationTests.StreamCutoverTests
WIDTH := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH
TEST := swift test --disable-xctest
test: setup ## run all tests, the integration tests on the simulator and on a real Kubernetes API server
	KUBEBUILDER_ASSETS="$$(scripts/control-plane.sh)"; export KUBEBUILDER_ASSETS; \
	    $(TEST) --filter '$(COMPUTING)' $(ARGS) && \
	    $(TEST) --filter '$(STREAMS)' $(ARGS) && \
	    $(WIDTH)=16 $(TEST) --skip 'IntegrationTests|$(COMPUTING)' $(ARGS) && \
	    $(TEST) --filter '$(HEAVY)' $(ARGS) && \
	    $(WIDTH)=4 $(TEST) --filter '$(MIGRATIONS)' $(ARGS) && \
	    $(WIDTH)=16 $(TEST) --filter IntegrationTests --skip '$(HEAVY)|$(MIGRATIONS)|$(STREAMS)' $(ARGS)

search: setup ## play a million migrations with everything that may go wrong; RUNS=10000 SEED=7 for others
	swift build -c release --product migration-search
	"$$(swift build -c release --show-bin-path)/migration-search" $(or $(RUNS),1000000) $(or $(SEED),1)

conformance: setup ## replay recorded HPA decisions; VECTORS=file.jsonl.gz names a file of your own
	swift build --product hpa-conformance
	gzip -dcf -- "$(or $(VECTORS),Tests/Fixtures/vectors/hpa-1.36.jsonl.gz)" | \
	    "$$(swift build --show-bin-path)/hpa-conformance"

scenarios: setup ## play the scenarios under our rule, HPA's, Knative's and two yardsticks; print the table of docs/simulation.md
	swift build -c release --product traffic-scenarios
	"$$(swift build -c release --show-bin-path)/traffic-scenarios" scenarios

lint: setup ## check formatting, scripts, the CRD's rules, the examples, the chart and the Dockerfile
	@scripts/lint.sh

bench: setup ## run the benchmarks in release mode, beside their yardsticks; ARGS="latency scale" names some
	swift build -c release --static-swift-stdlib --product deepseek-operator
	swift build -c release --static-swift-stdlib --product bench-decoding
	swift build -c release --static-swift-stdlib --product bench-control-plane
	swift build -c release --static-swift-stdlib --product bench-what-if
	Benchmarks/run.py "$$(swift build -c release --show-bin-path)" $(ARGS)

fuzz: setup ## fuzz every parser; SECONDS_EACH=600 sets the time for each
	@scripts/fuzz.sh $(or $(SECONDS_EACH),60)

sanitize: setup ## run the tests of client, runtime and HTTP under the thread and the address sanitizer
	@scripts/sanitize.sh thread
	@scripts/sanitize.sh address

control-plane: setup ## build the real Kubernetes control plane that the tests use (cached), print its folder
	@scripts/control-plane.sh

crds: setup ## write the CRD file and docs/reference.md anew from the Swift types
	swift build --product deepseek-operator
	"$$(swift build --show-bin-path)/deepseek-operator" print-crds >$(CRD).new
	mv $(CRD).new $(CRD)
	python3 scripts/reference.py >docs/reference.md

chart-lint: setup ## check the Helm chart: lint, render, validate, reject bad values
	@scripts/check-chart.sh

image-lint: setup ## check the Dockerfile
	hadolint Dockerfile
