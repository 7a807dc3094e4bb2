# The image holds the program, the certificates of public authorities and the time zones, and nothing else.
ARG GO_IMAGE=golang:1.26
FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN make build VERSION="$VERSION"
RUN mkdir -p /image/etc/netver /image/etc/ssl/certs /state/netver && \
    cp netver_exporter /image/ && \
    cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ && \
    cp /usr/local/go/lib/time/zoneinfo.zip /image/

FROM scratch
COPY --from=build /image /
COPY --from=build --chown=65534:65534 /state /var/lib
# Everything that is written goes to the volume, also the lab's files, so that the root may be read-only.
ENV HOME=/var/lib/netver TMPDIR=/var/lib/netver ZONEINFO=/zoneinfo.zip
VOLUME /var/lib/netver
WORKDIR /etc/netver
USER 65534:65534
EXPOSE 9733
HEALTHCHECK --start-period=10s CMD ["/netver_exporter", "healthcheck"]
ENTRYPOINT ["/netver_exporter"]
CMD ["run", "--config.file=/etc/netver/config.yml", "--state.file=/var/lib/netver/state.json"]
