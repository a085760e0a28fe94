#!/bin/sh
# Chromium and a PostgreSQL server for the tests: installed with apt when they are missing and we
# are root on Debian; otherwise a sentence says what is missing.
#
# CLIMATEBUDGET_CHROMIUM and CLIMATEBUDGET_PG_BIN name a browser and a folder of server programs
# that lie elsewhere. tests/services.py looks in the same places.
set -eu

have_chromium() {
    [ -n "${CLIMATEBUDGET_CHROMIUM:-}" ] && return 0
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

# The client tools (psql) may be there without the server, so look for the server itself.
have_postgresql() {
    for folder in "${CLIMATEBUDGET_PG_BIN:-}" /usr/lib/postgresql/*/bin \
        "$(dirname "$(command -v postgres || echo .)")"; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
    done
    return 1
}

missing=""
have_chromium || missing="$missing chromium"
have_postgresql || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Testene mangler:$missing. Installer det, eller kjør 'make test-fast' uten." >&2
    exit 1
fi

echo "Installerer$missing med apt …"
apt-get update -qq
# shellcheck disable=SC2086  # the names are meant as separate words
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
