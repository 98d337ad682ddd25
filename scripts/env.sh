#!/usr/bin/env bash
# Puts the project's tools on the shell's path. In a shell: eval "$(scripts/env.sh)"
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

printf 'export PATH=%q:"$PATH"\n' "$tools/bin"
assets=${KUBEBUILDER_ASSETS:-$("$repository/scripts/control-plane.sh")}
printf 'export KUBEBUILDER_ASSETS=%q\n' "$assets"
