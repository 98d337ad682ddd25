#!/usr/bin/env bash
# The CRD file is generated from the Swift types and checked in. `write` writes it anew, `check` fails when it is stale.
# usage: scripts/crds.sh write|check
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

file=crds/serving.deepseek.io_deepseekclusters.yaml

cd "$repository"
generated=$(mktemp)
trap 'rm -f "$generated"' EXIT
swift build --quiet --product deepseek-operator >&2
"$(swift build --show-bin-path)/deepseek-operator" print-crds >"$generated"

case ${1:-} in
write)
    mkdir -p crds
    cp "$generated" "$file"
    chmod 644 "$file"
    ;;
check)
    diff -u "$file" "$generated" >&2 || fail "$file is stale: run 'make crds' and commit it"
    ;;
*) fail "usage: $0 write|check" ;;
esac
