#!/usr/bin/env bash
# Installs the named Debian packages if they are missing. It may be run as often as you like, needs root (or sudo) only
# when something is missing, and starts no service: tests start their own servers.
set -euo pipefail

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing=()
for package in "$@"; do
	installed "$package" || missing+=("$package")
done
[ "${#missing[@]}" != 0 ] || exit 0

# policy-rc.d answers 101 ("not allowed") to everything that a package's scripts want to start.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap 'as_root rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
fi
as_root apt-get update -q
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
