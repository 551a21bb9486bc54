#!/bin/sh
# The browser tests need Chromium: best its headless shell, which draws on no screen and saves them a third of the time,
# else the browser itself. The system's, else Debian's packages when we are root. Without any they are skipped (in CI, where CI
# is set, that is a failure: tests/conftest.py).
set -eu

here() {
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "chromium: installing Debian's package $1"
    timeout 300 apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1 && return 0
    timeout 60 apt-get update -qq >/dev/null 2>&1 || return 1
    timeout 300 apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1
}

export DEBIAN_FRONTEND=noninteractive
here chromium-headless-shell && exit 0
install chromium-headless-shell && exit 0
here chromium chromium-browser google-chrome && exit 0
install chromium && exit 0
echo "WARNING: no Chromium here and it could not be installed: THE BROWSER TESTS ARE SKIPPED" >&2
