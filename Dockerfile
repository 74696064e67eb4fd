# One image for every process: `emessi app`, `emessi node`, `emessi worker`, `emessi migrate`.
FROM python:3.11-slim-bookworm
WORKDIR /emessi
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev fonts-dejavu-core \
    && pip install --no-cache-dir --no-deps --editable . \
    && apt-get purge -y -qq --auto-remove gcc libc6-dev && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home emessi \
    && mkdir /data /keys && chown emessi /data /keys
USER emessi
ENV EMESSI_DATA=/data
VOLUME /data
ENTRYPOINT ["emessi"]
CMD ["serve"]
