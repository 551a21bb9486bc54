#!/bin/sh
# The browser tests need Chromium: the system's, else Debian's packages when we are root. Without either they
# are skipped (in CI, where CI is set, that is a failure: tests/conftest.py).
set -eu

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "chromium: installing Debian's package"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "WARNING: no Chromium here and it could not be installed: THE BROWSER TESTS ARE SKIPPED" >&2
