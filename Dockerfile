FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN make build VERSION="$VERSION"

FROM scratch
COPY --from=build /src/netver_exporter /netver_exporter
USER 65534:65534
WORKDIR /etc/netver
EXPOSE 9733
ENTRYPOINT ["/netver_exporter"]
