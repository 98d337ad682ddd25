# The operator's image: docker build --build-arg COMMIT="$(git rev-parse HEAD)" -t deepseek-operator .
FROM swift:6.3.1-bookworm AS build

# No pinned package versions: the image follows Debian 12's security updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libcurl4-openssl-dev libssl-dev libyaml-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /source
COPY Package.swift ./
COPY Sources ./Sources
# Package.swift names the test targets, and SwiftPM wants their folders even when it builds none of them.
COPY Tests ./Tests
COPY Benchmarks ./Benchmarks
# The Swift runtime is linked in: the final image needs no toolchain libraries.
ARG COMMIT=unknown
RUN export DEEPSEEK_OPERATOR_COMMIT="$COMMIT" \
    && swift build --configuration release --static-swift-stdlib --product deepseek-operator \
    && install -D --strip "$(swift build --configuration release --static-swift-stdlib --show-bin-path)/deepseek-operator" \
        /out/deepseek-operator

FROM debian:bookworm-slim

ARG COMMIT=unknown
LABEL org.opencontainers.image.title="deepseek-operator" \
      org.opencontainers.image.description="Serves DeepSeek models on Kubernetes, scaled by an external requests-per-second metric" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="$COMMIT"

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get upgrade --yes \
    && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libssl3 libstdc++6 libyaml-0-2 tzdata \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /out/deepseek-operator /usr/local/bin/deepseek-operator
COPY LICENSE NOTICE /usr/share/doc/deepseek-operator/

# A number, so that runAsNonRoot can be checked without the image's user list.
USER 65532:65532
# 8080: /metrics; 8081: /healthz and /readyz.
EXPOSE 8080 8081
ENTRYPOINT ["/usr/local/bin/deepseek-operator"]
