#!/usr/bin/env bash
# Runs the tests of everything that does I/O or shares memory under one sanitizer: thread or address.
# usage: scripts/sanitize.sh thread|address
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

sanitizer=${1:?usage: $0 thread|address}
filter='^(BaseTests|KubeClientTests|KubeRuntimeTests|HTTPTransportTests|HTTPServerTests)\.'

cd "$repository"
# halt_on_error: a report fails the run. Leaks of XCTest itself are not ours.
TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}" LSAN_OPTIONS="suppressions=$repository/scripts/lsan.supp ${LSAN_OPTIONS:-}" \
    swift test --disable-xctest --sanitize="$sanitizer" --scratch-path ".build/$sanitizer" --filter "$filter"
