# rafale from this checkout: built with Swift's image, run on a small one.
FROM swift:6.3-bookworm AS build
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libjemalloc-dev libmariadb-dev libmongoc-dev \
        libmaxminddb-dev libsqlite3-dev libssl-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build --configuration release --product rafale --static-swift-stdlib \
    && mkdir /out \
    && find .build/release/ -maxdepth 1 \( -name rafale -o -name '*.resources' \) -exec cp -r {} /out/ \;

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libjemalloc2 libmariadb3 libmaxminddb0 libmongoc-1.0-0 libsqlite3-0 \
        libssl3 zlib1g ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --home-dir /var/lib/rafale rafale
COPY --from=build /out/ /usr/local/bin/
COPY scenarios /usr/share/rafale/scenarios
USER rafale
WORKDIR /var/lib/rafale
ENTRYPOINT ["rafale"]
CMD ["--help"]
