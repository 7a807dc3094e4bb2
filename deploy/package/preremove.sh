#!/bin/sh
# Debian calls it with "remove" or "upgrade", RPM with the number of versions that stay installed.
set -e
unit=netver_exporter.service

case "$1" in
remove)
	if [ -d /run/systemd/system ]; then deb-systemd-invoke stop $unit >/dev/null || true; fi
	;;
0)
	if [ -d /run/systemd/system ]; then systemctl --no-reload disable --now $unit || true; fi
	;;
esac
