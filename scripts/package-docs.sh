#!/usr/bin/env bash
# Puts README, CHANGELOG and the docs into the folder $1, for archives and packages. What they link to and what is not among them is
# not installed either, so that such links lead to the project's page, at the tag or branch $2.
set -euo pipefail
to=${1:?folder} page=https://github.com/netver/netver_exporter/blob/${2:?tag or branch}

copy() { # the folder of the documents, and links in them to each other
	mkdir -p "$to/$1"
	for document in "$1"/*.md; do
		case $document in ./*) [[ $document == ./README.md || $document == ./CHANGELOG.md ]] || continue ;; esac
		sed -E "s%\]\((#|[a-z]+:|$2)%](\x01\1%g; s%\]\((\.\./)*([^\x01./])%](${page//&/\\&}/\2%g; s%\x01%%g" "$document" >"$to/$document"
	done
}
copy . '(README|CHANGELOG)\.md|docs/[a-z/-]+\.md'
copy docs '(\.\./(README|CHANGELOG)|(decisions/)?[a-z-]+)\.md'
copy docs/decisions '(\.\./(\.\./(README|CHANGELOG)|[a-z-]+)|[a-z-]+)\.md'
