#!/usr/bin/env bash
# Makes the two accounts that the end-to-end tests log in with, if they are missing: a router, whose login shell is
# vtysh, and a Linux host. They have no password but the one that a test gives them while it runs.
set -euo pipefail

account() { # name, shell, supplementary groups
	id "$1" >/dev/null 2>&1 && return
	local add=(useradd --system --create-home --shell "$2" --groups "$3" "$1")
	if [ "$(id -u)" = 0 ]; then "${add[@]}"; else sudo "${add[@]}"; fi
}

account netver-router /usr/bin/vtysh frr,frrvty
account netver-host /bin/bash nogroup
