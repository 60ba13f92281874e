# The bot as one process; docs/deploy.md says how to run it. Everything it needs comes as wheels, checked by their hashes.
# A tag can come to mean another image, a digest can't. CONTRIBUTING.md says how to take a newer one.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

ENV PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/workflows-bot.sqlite3

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --root-user-action ignore --only-binary :all: --require-hashes -r requirements.txt
COPY bot ./bot
RUN python -m compileall -q bot \
    && chmod -R a+rX . \
    && groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home bot \
    && install --directory --owner bot --group bot /data

USER 10001:10001
VOLUME /data
EXPOSE 3000

# Not through a proxy, as urllib would go, and without a curl, which is not there.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client, os, sys; asked = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT', '3000')), timeout=3); asked.request('GET', '/healthz'); sys.exit(asked.getresponse().status != 200)"]

# As a list, so that SIGTERM reaches the bot and no shell.
CMD ["python", "-m", "bot", "serve"]
