{{- define "deepseek-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- /* At most 53 characters, so that the suffixes of the objects' names fit into 63. */ -}}
{{- define "deepseek-operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" }}
{{- else if contains (include "deepseek-operator.name" .) .Release.Name }}
{{- .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "deepseek-operator.name" .) | trunc 53 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "deepseek-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "deepseek-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- /* Labels that every object has; the component is the object's own. */ -}}
{{- define "deepseek-operator.commonLabels" -}}
app.kubernetes.io/name: {{ include "deepseek-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (replace "+" "_" .Chart.Version) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "deepseek-operator.labels" -}}
{{ include "deepseek-operator.commonLabels" . }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "deepseek-operator.externalMetricsName" -}}
{{- printf "%s-external-metrics" (include "deepseek-operator.fullname" . | trunc 46 | trimSuffix "-") }}
{{- end }}

{{- /* The Secret with the certificate of the external metrics adapter. */ -}}
{{- define "deepseek-operator.externalMetricsSecret" -}}
{{- if eq .Values.externalMetrics.certificate.source "secret" }}
{{- required "externalMetrics.certificate.secretName is needed with the source secret" .Values.externalMetrics.certificate.secretName }}
{{- else }}
{{- include "deepseek-operator.externalMetricsName" . }}
{{- end }}
{{- end }}

{{- define "deepseek-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "deepseek-operator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "deepseek-operator.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- /* What the operator does with the objects of a namespace that it serves. Each verb is one that it uses. */ -}}
{{- define "deepseek-operator.namespacedRules" -}}
- apiGroups: [serving.deepseek.io]
  resources: [deepseekclusters]
  verbs: [list, watch]
- apiGroups: [serving.deepseek.io]
  resources: [deepseekclusters/status, deepseekclusters/scale]
  verbs: [patch]
# For owner references with blockOwnerDeletion, where the cluster checks them.
- apiGroups: [serving.deepseek.io]
  resources: [deepseekclusters/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
# Revisions are immutable.
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [list, watch, create, delete]
# These live as long as their DeepSeekCluster; the garbage collector deletes them.
- apiGroups: [""]
  resources: [services, serviceaccounts]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
# With mode HorizontalPodAutoscaler.
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
# The deletion cost of those that are to go first.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch, patch]
# What there is room for, before more replicas are asked for.
- apiGroups: [""]
  resources: [resourcequotas]
  verbs: [list, watch]
# The autoscaler's memory, <cluster>-autoscaling, is read once by its name.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, patch]
{{- if .Values.rbac.readSecrets }}
# Metric credentials, one by one; the operator itself takes only Secrets that carry the opt-in label.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end }}
- apiGroups: [external.metrics.k8s.io]
  resources: ["*"]
  verbs: [list]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
