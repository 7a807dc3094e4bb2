#!/bin/sh
# Debian calls it with "configure" and the version before, RPM with the number of versions that are then installed.
set -e
unit=netver_exporter.service
booted() { [ -d /run/systemd/system ]; }

case "$1" in
configure)
	deb-systemd-helper unmask $unit >/dev/null || true
	if deb-systemd-helper --quiet was-enabled $unit; then
		deb-systemd-helper enable $unit >/dev/null || true
	else # whoever has disabled it keeps it disabled
		deb-systemd-helper update-state $unit >/dev/null || true
	fi
	if booted; then
		systemctl --system daemon-reload >/dev/null || true
		if [ -n "$2" ]; then action=restart; else action=start; fi
		deb-systemd-invoke $action $unit >/dev/null || true
	fi
	;;
1)
	if booted; then systemctl daemon-reload || true; fi
	systemctl preset $unit || true
	;;
2)
	if booted; then
		systemctl daemon-reload || true
		systemctl try-restart $unit || true
	fi
	;;
esac
