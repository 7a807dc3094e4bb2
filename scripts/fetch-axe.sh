#!/bin/sh
# Puts axe-core's script, which the browser tests check the status pages with, into the folder that is named, unless it is
# there. It comes from npm's registry, in one version with one checksum, and is no part of the product.
set -eu
version=4.14.1
sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745

folder=$1
[ ! -e "$folder/axe-$version.js" ] || { echo "$folder/axe-$version.js"; exit 0; }
command -v npm >/dev/null || "$(dirname "$0")/install-packages.sh" npm >&2
mkdir -p "$folder"
work=$(mktemp -d "$folder/.axe.XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "axe-core@$version" >/dev/null)
echo "$sum  $work/axe-core-$version.tgz" | sha256sum --check --quiet >&2
tar -xzf "$work/axe-core-$version.tgz" -C "$work" package/axe.min.js
mv "$work/package/axe.min.js" "$folder/axe-$version.js"
echo "$folder/axe-$version.js"
