FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN make build VERSION="$VERSION"
# The lab leaves its configuration in /tmp.
RUN mkdir -p /image/tmp && chmod 1777 /image/tmp && cp netver_exporter /image/

FROM scratch
COPY --from=build /image /
USER 65534:65534
WORKDIR /etc/netver
EXPOSE 9733
HEALTHCHECK CMD ["/netver_exporter", "healthcheck"]
ENTRYPOINT ["/netver_exporter"]
