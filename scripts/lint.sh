#!/usr/bin/env bash
# All checks that need no build: formatting, shell scripts, the CRD's rules and the examples, the chart, the Dockerfile.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$tools/bin:$PATH
cd "$repository"
swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks
shellcheck scripts/*.sh .ci/run
"$tools/bin/python" -m unittest discover --start-directory Tests/python
scripts/check-chart.sh
hadolint Dockerfile
