#!/usr/bin/env bash
# Runs every fuzz target of the repository for the given time. go test takes one target at a time.
set -euo pipefail

for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "$package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" "$package"
	done
done
