# The whole server in one static binary, run by nobody in particular.
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
# What "metronome version" says; the build sees no commit. make up gives it.
ARG VERSION=
# The caches outlive the build: after a change only that is compiled again.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -X github.com/metronome-server/metronome/server.version=$VERSION" -o /metronome ./cmd/metronome

FROM scratch
# For rediss:// and other servers' TLS.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /metronome /metronome
USER 65532:65532
ENV METRONOME_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 CMD ["/metronome", "health"]
ENTRYPOINT ["/metronome"]
CMD ["serve"]
