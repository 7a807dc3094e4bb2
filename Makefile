# `make test` is what CI runs, `make check` what to run before a change is handed in.

GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
NFPM        := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
CYCLONEDX   := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
HELM        := helm.sh/helm/v3/cmd/helm@v3.22.0
FUZZTIME    ?= 5s

VERSION  ?= $(or $(shell git describe --tags --always --dirty 2>/dev/null | sed 's/^v//'),unknown)
REVISION := $(shell git rev-parse HEAD 2>/dev/null)
BRANCH   := $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null)
DATE     := $(shell git log -1 --format=%cI 2>/dev/null)# the commit's, so that a build can be repeated byte by byte
BUILD    := github.com/prometheus/common/version
LDFLAGS  := -s -w -X $(BUILD).Version=$(VERSION) -X $(BUILD).Revision=$(REVISION) -X $(BUILD).Branch=$(BRANCH) -X $(BUILD).BuildDate=$(DATE)

# The end-to-end tests log in to accounts of this machine through sshd, and for that sshd must be root.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,-exec 'sudo -E')

SHELL       := /bin/bash
.SHELLFLAGS := -o pipefail -c

.PHONY: build
build: ## a static binary
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o netver_exporter .

.PHONY: test
test: packages vet rules ## everything that decides: units with the race detector, rules, real parts
	go test -race -timeout 20m ./...
	$(MAKE) --no-print-directory faults
	go test -tags e2e -count=1 -timeout 20m -v $(AS_ROOT) ./e2e | grep --line-buffered -v '^ *=== '

# The suites that run the whole program for minutes stand behind build tags, so that `go test ./...` ends within go test's
# own ten minutes. A tag and neither -short, which is for less of a test, nor an environment variable: a test that is skipped looks
# like one that has passed. vet and lint set the tags.
.PHONY: faults
faults: ## the program against devices that misbehave; prints each test as it ends
	go test -tags faults -timeout 20m -v ./faults | grep --line-buffered -v '^ *=== '

.PHONY: cluster
cluster: packages ## three replicas on a real etcd, of which parts are taken away; some five minutes
	go test -tags e2e,cluster -count=1 -timeout 15m -v -run '^TestCluster$$' $(AS_ROOT) ./e2e | grep --line-buffered -v '^ *=== '

.PHONY: packages
packages: ## the Debian packages and the accounts that the end-to-end tests need
	scripts/install-packages.sh ansible-core chromium dropbear-bin etcd-client etcd-server firefox-esr frr jsonnet openssh-client openssh-server prometheus prometheus-alertmanager \
		busybox-static docker-compose docker.io fish man-db rpm systemd systemd-container zsh
	scripts/make-accounts.sh

.PHONY: vet
vet:
	go vet -tags e2e,cluster,faults,figures ./...

.PHONY: rules
rules: packages ## alert and recording rules, with their cases
	promtool check config deploy/prometheus/prometheus.yml
	amtool check-config deploy/prometheus/alertmanager.yml
	promtool test rules deploy/prometheus/*_test.yml

.PHONY: check
check: format lint modules test cluster chart reproducible fuzz vulnerabilities ## all of CI and more: known modules, a build that can be repeated, short fuzz, known vulnerabilities

.PHONY: format
format: ## fails when a file is not formatted
	go run $(GOLANGCI) fmt --diff

.PHONY: lint
lint:
	go run $(GOLANGCI) run --allow-parallel-runners ./...

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: modules
modules: ## the modules on this machine are the ones that go.sum tells of
	go mod verify

.PHONY: vulnerabilities
vulnerabilities: ## known vulnerabilities in what we call; says so when the database cannot be reached
	scripts/vulnerabilities.sh $(GOVULNCHECK)

.PHONY: bench
bench: bench-packages ## benchmarks, and the small rig: beside a bare client and Netmiko
	go test -run '^$$' -bench . -benchmem ./...
	go run ./bench

.PHONY: bench-large
bench-large: bench-packages ## the whole of docs/performance.md: the rig with 50,000 devices, some ten minutes
	go run ./bench -devices 5000 -large 50000 -netmiko 256

.PHONY: bench-packages
bench-packages: ## the Debian package that the rig compares with
	scripts/install-packages.sh python3-netmiko

.PHONY: docker
docker: ## an image that holds the binary, certificates and time zones
	docker build --build-arg VERSION=$(VERSION) -t netver_exporter:$(VERSION) .

TARGETS ?= linux/amd64 linux/arm64 linux/armv7 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 freebsd/amd64 freebsd/arm64
DIST    ?= dist

.PHONY: release
release: export LDFLAGS := $(LDFLAGS)
release: ## archives for each of TARGETS, packages, SBOM and checksums in DIST
	DIST='$(DIST)' TARGETS='$(TARGETS)' VERSION='$(VERSION)' NFPM=$(NFPM) CYCLONEDX=$(CYCLONEDX) scripts/release.sh

.PHONY: reproducible
reproducible: ## builds this commit twice, in two folders and with nothing cached, and compares the bytes; 3 minutes
	scripts/reproducible.sh

.PHONY: chart
chart: ## lints and renders the Helm chart, which deploy/kubernetes is made of; Helm itself is built once, in some 2 minutes
	HELM=$(HELM) scripts/chart.sh

.PHONY: chart-update
chart-update: ## writes deploy/kubernetes anew
	HELM=$(HELM) scripts/chart.sh --update
