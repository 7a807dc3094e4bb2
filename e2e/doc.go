// Package e2e holds the exporter to real parts: OpenSSH in front of FRRouting and of a Linux host, Dropbear, Prometheus
// with the shipped rules, the queries of README and dashboard, and the status pages in Chromium and Firefox. Its tests need root and what `make packages`
// installs, stand behind the build tag e2e, and fail where something is missing.
package e2e
