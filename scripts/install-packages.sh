#!/usr/bin/env bash
# Installs the Debian packages that the end-to-end tests run against, if they are missing, and makes the accounts that
# those tests log in with. It may be run as often as you like, needs root (or sudo) only when something is missing, and
# starts no service: the tests start their own sshd, FRRouting and Prometheus.
set -euo pipefail

packages=(frr openssh-server prometheus)
router=netver-router # its login shell is vtysh: a router
host=netver-host     # its login shell is bash: a Linux host

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# policy-rc.d answers 101 ("not allowed") to everything that a package's scripts want to start.
install_quietly() {
	local policy=/usr/sbin/policy-rc.d made=
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
		made=1
	fi
	local status=0
	as_root apt-get update -q || status=$?
	[ "$status" != 0 ] || as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends "$@" || status=$?
	[ -z "$made" ] || as_root rm -f "$policy"
	return "$status"
}

missing=()
for package in "${packages[@]}"; do
	installed "$package" || missing+=("$package")
done
if [ "${#missing[@]}" != 0 ]; then
	install_quietly "${missing[@]}"
fi

account() { # name, shell, supplementary group
	id "$1" >/dev/null 2>&1 || as_root useradd --system --create-home --shell "$2" --groups "$3" "$1"
}
account "$router" /usr/bin/vtysh frr,frrvty
account "$host" /bin/bash nogroup
