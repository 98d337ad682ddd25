# Shared by the scripts in this folder; sourced, never run.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that is downloaded or built for the developer's machine lives here, outside the tree.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/deepseek-operator
tools=$cache/tools

# Progress goes to stderr: stdout carries results only.
say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root, and sudo is not installed: $*"
    fi
}

# Runs a command silently; prints what it said only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" = 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

is_debian_12() {
    # shellcheck source=/dev/null
    (. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ])
}

# The package index is fetched once a run, and only when something is missing.
apt_update() {
    [ -z "${apt_updated:-}" ] || return 0
    quietly as_root apt-get -o Acquire::Retries=3 update
    apt_updated=yes
}

# Installs the packages of the list that are not there yet.
apt_install() {
    local package installed missing=()
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        grep -qx "installed $package" <<<"$installed" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    is_debian_12 || fail "please install these packages (only Debian 12 is set up automatically): ${missing[*]}"
    say "installing ${missing[*]}"
    apt_update
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o Acquire::Retries=3 install --yes --no-install-recommends "${missing[@]}"
}

# Unpacks a Debian package below a folder instead of installing it, so that no service is registered or started.
apt_extract() {
    local package=$1 folder=$2 download
    is_debian_12 || fail "$package is taken from Debian 12; on another system put its programs on PATH"
    say "unpacking $package"
    apt_update
    download=$(mktemp -d)
    chmod 755 "$download"
    (cd "$download" && quietly apt-get -o Acquire::Retries=3 -o APT::Sandbox::User=root download "$package")
    mkdir -p "$folder"
    dpkg-deb -x "$download"/"$package"_*.deb "$folder"
    rm -rf "$download"
}
