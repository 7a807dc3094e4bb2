#!/bin/sh
# Debian calls it with "remove" and "purge", RPM with the number of versions that stay installed. State and learned host
# keys stay until a purge. What an administrator has put into /etc/netver stays in any case.
set -e
unit=netver_exporter.service

case "$1" in
remove)
	deb-systemd-helper mask $unit >/dev/null || true
	;;
purge)
	deb-systemd-helper purge $unit >/dev/null || true
	deb-systemd-helper unmask $unit >/dev/null || true
	rm -rf /var/lib/netver /var/lib/private/netver
	;;
esac
if [ -d /run/systemd/system ]; then systemctl --system daemon-reload >/dev/null || true; fi
