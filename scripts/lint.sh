#!/usr/bin/env bash
# All checks that need no test run: formatting, shell scripts, the CRD file, the chart, the Dockerfile, the examples.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$tools/bin:$PATH
cd "$repository"
swift format lint --strict --parallel --recursive Package.swift Sources Tests
shellcheck scripts/*.sh .ci/run
scripts/crds.sh check
scripts/check-chart.sh
hadolint Dockerfile
