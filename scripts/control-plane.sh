#!/usr/bin/env bash
# Builds a real Kubernetes control plane for the integration tests and prints the folder it is in (last line of stdout).
#
# The folder is what envtest calls KUBEBUILDER_ASSETS: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and
# kubectl. Kubernetes is built from Debian's source package, whose files apt verifies against the signed index; etcd is
# Debian's and kubectl comes with scripts/setup.sh. The first run takes about seven minutes on two cores; the result is
# cached outside the tree. A KUBEBUILDER_ASSETS that is already set is used as it is.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

version=1.20.2
# Raised when the way of building changes, so that no cache keeps an older result.
recipe=3
programs=(kube-apiserver kube-controller-manager kube-scheduler)
folder=$cache/control-plane/$version-$recipe

is_complete() {
    local program
    for program in etcd kubectl "${programs[@]}"; do
        [ -x "$1/$program" ] || return 1
    done
}

# The machine's own Debian mirror, as apt knows it, turned into one deb-src line.
source_line() {
    local line
    line=$(apt-get indextargets --format '$(SIGNED_BY)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' 'Component: main' | head -n 1)
    [ -n "$line" ] || fail "apt has no Debian 12 (bookworm) main repository configured"
    local signed_by uri codename component
    IFS='|' read -r signed_by uri codename component <<<"$line"
    # apt leaves the placeholder as it is when the entry has no Signed-By.
    [ -f "$signed_by" ] || signed_by=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$signed_by] $uri $codename $component"
}

# Downloads the source package into the current folder, with a private source list and index: the machine's stay as they are.
download_source() {
    mkdir -p apt/lists/partial
    source_line >apt/sources.list
    local options=(
        -o "Dir::Etc::sourcelist=$PWD/apt/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$PWD/apt/lists" -o APT::Sandbox::User=root -o Acquire::Retries=3
    )
    quietly apt-get "${options[@]}" update
    quietly apt-get "${options[@]}" source --download-only kubernetes
}

# The reflect2 inside the source is older than Go 1.18 and crashes the API server on the first custom resource when built
# with a later Go; Debian's own package of it is the same library made to work.
replace_reflect2() {
    apt_extract golang-github-modern-go-reflect2-dev "$PWD/reflect2"
    rm -rf "$1/vendor/github.com/modern-go/reflect2"
    cp -r reflect2/usr/share/gocode/src/github.com/modern-go/reflect2 "$1/vendor/github.com/modern-go/reflect2"
    rm -f "$1"/vendor/github.com/modern-go/reflect2/*_test.go
}

# The validator of custom resources inside the source compares addresses to find zero values. Built with Go 1.19,
# where all empty strings share one address, it would refuse every empty string ("must be of type string: null").
allow_empty_strings() {
    local file=$1/vendor/k8s.io/kube-openapi/pkg/validation/validate/type.go
    sed -i 's/if data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data)) {/if data == nil {/' "$file"
    grep -q '^	if data == nil {$' "$file" || fail "the validator in the source is not the expected one: $file"
}

# Builds in the current folder, in the layout that Kubernetes of that time wants: a GOPATH.
build() {
    local tree=$PWD/go/src/k8s.io/kubernetes
    mkdir -p "$tree"
    tar -xf kubernetes_*"$version".orig.tar.* -C "$tree" --strip-components=1
    replace_reflect2 "$tree"
    allow_empty_strings "$tree"
    # Without it the programs would call themselves v0.0.0: the archive has no git history to ask.
    cat >version.sh <<VERSION
KUBE_GIT_COMMIT='0000000000000000000000000000000000000000'
KUBE_GIT_TREE_STATE='archive'
KUBE_GIT_VERSION='v$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
VERSION
    quietly env -u GOFLAGS -u GOROOT PATH="/usr/lib/go-1.19/bin:$PATH" GOPATH="$PWD/go" GOCACHE="$PWD/go-cache" \
        GO111MODULE=off KUBE_GIT_VERSION_FILE="$PWD/version.sh" \
        make -C "$tree" WHAT="${programs[*]/#/cmd/}"
    mkdir result
    cp "${programs[@]/#/$tree/_output/bin/}" result/
}

# etcd and kubectl are linked anew each time: they may have moved since.
link_companions() {
    local etcd
    etcd=$(command -v etcd || true)
    if [ -z "$etcd" ]; then
        etcd=$cache/debian/usr/bin/etcd
        [ -x "$etcd" ] || apt_extract etcd-server "$cache/debian"
    fi
    ln -sfn "$etcd" "$1/etcd"
    ln -sfn "$tools/bin/kubectl" "$1/kubectl"
}

# A subshell, so that its trap removes the work folder (about 5 GB) however it ends.
build_in_temporary_folder() (
    work=$(mktemp -d "$cache/control-plane/build.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    cd "$work"
    say "building Kubernetes $version from Debian's source package (about 7 minutes on 2 cores, once)"
    download_source
    build
    mv -T result "$folder"
)

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
    is_complete "$KUBEBUILDER_ASSETS" || say "warning: KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS lacks a program of: etcd kubectl ${programs[*]}"
    echo "$KUBEBUILDER_ASSETS"
    exit 0
fi

"$repository/scripts/setup.sh" >&2
mkdir -p "$cache/control-plane"
# Two runs at once: the second waits and then finds the result.
exec 9>"$cache/control-plane/lock"
flock 9
if [ ! -d "$folder" ]; then
    apt_install golang-1.19-go rsync jq make
    apt_update
    build_in_temporary_folder
fi
link_companions "$folder"
is_complete "$folder" || fail "$folder lacks a program of: etcd kubectl ${programs[*]}; remove it and run this again"
echo "$folder"
