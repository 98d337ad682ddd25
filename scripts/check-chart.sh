#!/usr/bin/env bash
# Checks the Helm chart with the real Helm: strict lint, rendering with several sets of values, every rendered object
# and the CRD against Kubernetes' own schemas, and clear errors for bad values.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

PATH=$tools/bin:$PATH
chart=$repository/charts/deepseek-operator
# The oldest Kubernetes that is supported, one between, and a current one.
kubernetes_versions=(1.29.0 1.33.0 1.37.0)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# renders NAME [helm flags...]: the rendered objects must be valid Kubernetes objects, with no unknown field.
renders() {
    local name=$1 version file
    shift
    for version in "${kubernetes_versions[@]}"; do
        file=$work/$name-$version.yaml
        helm template release "$chart" --namespace serving --kube-version "$version" "$@" >"$file"
        # Objects of other projects' CRDs have no schema in Kubernetes.
        "$tools/bin/python" - "$file" <<'PYTHON'
import sys, yaml

with open(sys.argv[1]) as file:
    others = ("monitoring.coreos.com/", "cert-manager.io/")
    objects = [o for o in yaml.safe_load_all(file) if o and not o["apiVersion"].startswith(others)]
with open(sys.argv[1], "w") as file:
    yaml.safe_dump_all(objects, file)
PYTHON
        quietly kubernetes-validate --strict --quiet --kubernetes-version "$version" "$file" ||
            fail "chart values '$name' render an object that Kubernetes $version would refuse"
    done
}

# contains NAME TEXT / lacks NAME TEXT: on what renders NAME left behind.
contains() { grep -q -- "$2" "$work/$1-1.37.0.yaml" || fail "chart values '$1' should render: $2"; }
lacks() { ! grep -q -- "$2" "$work/$1-1.37.0.yaml" || fail "chart values '$1' should not render: $2"; }

# refuses TEXT [helm flags...]: these values must be refused, and the error must say TEXT.
refuses() {
    local text=$1
    shift
    if helm template release "$chart" "$@" >"$work/refused" 2>&1; then
        fail "the chart accepts bad values: $*"
    fi
    grep -q -- "$text" "$work/refused" || fail "the error for '$*' does not say '$text': $(cat "$work/refused")"
}

for version in "${kubernetes_versions[@]}"; do
    quietly kubernetes-validate --strict --quiet --kubernetes-version "$version" "$repository"/crds/*.yaml ||
        fail "Kubernetes $version would refuse the CRD"
done

quietly helm lint --strict "$chart"

renders defaults
contains defaults '^kind: ClusterRoleBinding'
contains defaults '^kind: PodDisruptionBudget'
contains defaults '--leader-elect'
contains defaults 'install-crds'
lacks defaults '- secrets'
lacks defaults 'external-metrics'
lacks defaults '^kind: APIService'

renders namespaced --set 'watchNamespaces={team-a,team-b}' --set crds.install=false
contains namespaced '--namespaces=team-a,team-b'
contains namespaced 'namespace: team-b'
lacks namespaced '^kind: ClusterRoleBinding'
lacks namespaced '^kind: Job'

renders single --set replicas=1 --set leaderElection.enabled=false
contains single 'type: Recreate'
lacks single '--leader-elect'
lacks single 'leases'
lacks single '^kind: PodDisruptionBudget'

renders bare --set rbac.create=false --set serviceAccount.create=false --set serviceAccount.name=given \
    --set crds.install=false --set metrics.service.enabled=false
contains bare 'serviceAccountName: given'
lacks bare 'Role'

renders everything --set metrics.serviceMonitor.enabled=true --set metrics.serviceMonitor.labels.team=a \
    --set rbac.readSecrets=true --set 'policy.hostPaths={/models,/data}' --set 'policy.serviceAccounts={a,b}' \
    --set 'policy.metricCredentialHosts={prometheus.monitoring}' --set priorityClassName=system-cluster-critical --set podLabels.a=b \
    --set 'imagePullSecrets[0].name=pull' --set 'tolerations[0].operator=Exists' --set 'extraArgs={--log-level=debug}' \
    --set 'env[0].name=A,env[0].value=b' --set-string podAnnotations.c=d --set fullnameOverride="$(printf 'x%.0s' {1..53})" \
    --set image.digest="sha256:$(printf '0%.0s' {1..64})" --set serviceAccount.annotations.e=f
contains everything '- secrets'
contains everything '--allow-host-paths=/models,/data'
contains everything '--allow-metric-credentials-to=prometheus.monitoring'
contains everything '@sha256:000'

renders adapter --set externalMetrics.enabled=true --set externalMetrics.port=7443
contains adapter '^kind: APIService'
contains adapter 'caBundle: '
contains adapter '^type: kubernetes.io/tls'
contains adapter '--external-metrics-bind-address=:7443'
contains adapter 'extension-apiserver-authentication-reader'
contains adapter 'secretName: release-deepseek-operator-external-metrics'
lacks adapter 'insecureSkipTLSVerify'

renders cert-manager --set externalMetrics.enabled=true --set externalMetrics.certificate.source=cert-manager
contains cert-manager 'cert-manager.io/inject-ca-from: serving/release-deepseek-operator-external-metrics'
lacks cert-manager 'caBundle: '
lacks cert-manager '^kind: Secret'

renders given-secret --set externalMetrics.enabled=true --set externalMetrics.certificate.source=secret \
    --set externalMetrics.certificate.secretName=mine --set externalMetrics.certificate.caBundle=PEM
contains given-secret 'secretName: mine'
contains given-secret 'caBundle: UEVN'
lacks given-secret '^kind: Secret'

refuses '/replicas' --set replicas=-1
refuses '/replicas' --set-string replicas=two
refuses "'replica' not allowed" --set replica=3
refuses '/log/level' --set log.level=verbose
refuses '/watchNamespaces/0' --set 'watchNamespaces={Team_A}'
refuses '/policy/hostPaths/0' --set 'policy.hostPaths={models}'
refuses '/image/digest' --set image.digest=latest
refuses '/metrics/port' --set metrics.port=80
refuses '/leaderElection/enabled' --set leaderElection.enabled=false
refuses '/podDisruptionBudget/maxUnavailable' --set podDisruptionBudget.maxUnavailable=0
refuses '/externalMetrics/port' --set externalMetrics.port=443
refuses '/externalMetrics/certificate/source' --set externalMetrics.certificate.source=none
refuses 'externalMetrics.certificate.secretName is needed' --set externalMetrics.enabled=true \
    --set externalMetrics.certificate.source=secret --set externalMetrics.certificate.caBundle=PEM
refuses 'externalMetrics.certificate.caBundle is needed' --set externalMetrics.enabled=true \
    --set externalMetrics.certificate.source=secret --set externalMetrics.certificate.secretName=mine
refuses 'serviceAccount.name is needed' --set serviceAccount.create=false
refuses 'incompatible with Kubernetes' --kube-version 1.28.0
say "the chart is fine"
