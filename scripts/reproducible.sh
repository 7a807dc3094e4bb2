#!/usr/bin/env bash
# Makes the release of this commit for one system twice, in folders of different names and each with an empty build cache,
# and fails if a byte differs.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

git clone --quiet . "$work/first/netver_exporter"
git clone --quiet "$work/first/netver_exporter" "$work/a-second/copy" # and not of ., to which somebody may commit meanwhile
for folder in first/netver_exporter a-second/copy; do
	GOCACHE="$work/$folder.cache" make -C "$work/$folder" --no-print-directory release TARGETS="${TARGETS:-linux/amd64}"
done
diff -r "$work/first/netver_exporter/dist" "$work/a-second/copy/dist"
cat "$work/first/netver_exporter/dist/sha256sums.txt"
