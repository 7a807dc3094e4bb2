#!/usr/bin/env bash
# Lints the Helm chart, renders it with each of its ci/*-values.yaml, and holds deploy/kubernetes to what it renders by
# default; with --update it writes that file. HELM is the module@version of Helm, which takes a minute to build once.
set -euo pipefail
chart=deploy/helm/netver-exporter plain=deploy/kubernetes/netver-exporter.yaml
helm() { go run "${HELM:?}" "$@"; }

for values in "$chart"/ci/*-values.yaml; do
	helm lint --strict --quiet --values "$values" "$chart"
	helm template netver "$chart" --values "$values" >/dev/null
done
for wrong in persistance.enabled=false service.port=http sharded=true,hostNetwork=true; do
	if helm template netver "$chart" --set "$wrong" >/dev/null 2>&1; then
		echo "the chart takes $wrong" >&2
		exit 1
	fi
done

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
{
	echo "# What the chart in deploy/helm renders by default; make chart-update writes it."
	helm template netver "$chart" --set fullnameOverride=netver-exporter |
		sed -E '/^# Source:|managed-by: Helm|helm\.sh\/chart:|namespace: default|checksum\/config|# A pod with the old|^ +annotations:$/d'
} >"$rendered"
if [ "${1-}" = --update ]; then cp "$rendered" "$plain"; else diff -u "$plain" "$rendered"; fi
