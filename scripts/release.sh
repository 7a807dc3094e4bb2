#!/usr/bin/env bash
# Makes what a release consists of in the folder DIST: for each of TARGETS (os/arch) an archive and the list of the modules
# that its program holds (CycloneDX), for those of Linux also .deb and .rpm, and checksums. Called by `make release`, which sets the variables. The same
# commit gives the same bytes in any folder: no file holds the time of the build or the name of the machine.
set -euo pipefail
: "${DIST:?}" "${TARGETS:?}" "${VERSION:?}" "${LDFLAGS?}" "${NFPM:?}" "${CYCLONEDX:?}"

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
# A version that begins with no digit, as that of a commit without a tag, is none for a package.
PACKAGE_VERSION=$VERSION
tag=v$VERSION
[[ $VERSION == [0-9]* && $VERSION == *.*.* ]] || PACKAGE_VERSION="0.0.0-$VERSION" tag=main
export PACKAGE_VERSION

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$DIST"
mkdir -p "$DIST" "$work/tools"
dist=$(cd "$DIST" && pwd)

build() { # os/arch, file
	local os=${1%/*} arch=${1#*/} arm=
	[ "$arch" != armv7 ] || arch=arm arm=7
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOARM=$arm go build -trimpath -buildvcs=false -ldflags "$LDFLAGS" -o "$2" .
}

# Man page and completions are the same on every system.
host=$(go env GOHOSTOS)/$(go env GOHOSTARCH)
build "$host" "$work/tools/netver_exporter"
shared=$work/shared
mkdir "$shared"
"$work/tools/netver_exporter" --help-man | gzip -n9 >"$shared/netver_exporter.1.gz"
"$work/tools/netver_exporter" --completion-script-bash >"$shared/netver_exporter.bash"
"$work/tools/netver_exporter" --completion-script-fish >"$shared/netver_exporter.fish"
"$work/tools/netver_exporter" --completion-script-zsh >"$shared/_netver_exporter"
scripts/package-docs.sh "$shared" "$tag"

for target in $TARGETS; do
	os=${target%/*} arch=${target#*/}
	name=netver_exporter-$VERSION.$os-$arch
	STAGE=$work/$name
	mkdir "$STAGE"
	program=netver_exporter
	[ "$os" != windows ] || program=netver_exporter.exe
	if [ "$target" = "$host" ]; then cp "$work/tools/netver_exporter" "$STAGE"; else build "$target" "$STAGE/$program"; fi
	cp -R "$shared"/* LICENSE config.yml "$STAGE"
	[ "$os" != linux ] || cp deploy/systemd/netver_exporter.service "$STAGE"
	tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' -C "$work" -c "$name" |
		gzip -n9 >"$dist/$name.tar.gz"
	go run -trimpath "$CYCLONEDX" bin -json -licenses -noserial -notimestamp -version "v$VERSION" -output "$dist/$name.cdx.json" "$STAGE/$program" \
		2>"$work/cyclonedx" || {
		cat "$work/cyclonedx" >&2
		exit 1
	}
	if [ "$os" = linux ]; then
		export STAGE ARCH=${arch/armv7/arm7}
		for packager in deb rpm; do
			go run "$NFPM" package --config deploy/package/nfpm.yaml --packager $packager --target "$dist"
		done
	fi
done
(cd "$dist" && sha256sum -- * >"$work/sums" && cp "$work/sums" sha256sums.txt)
