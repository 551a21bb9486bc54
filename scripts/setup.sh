#!/bin/sh
# Makes .venv in the checkout and installs what uv.lock names into it, hashes checked.
#   scripts/setup.sh run   what serving needs
#   scripts/setup.sh dev   that, and what the tests and checks need
# Asks of the machine only Python 3.11 or newer and a package registry reachable by pip.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "setup: $*" >&2; exit 1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and none was found (set PYTHON= to one)"
}

make_venv() {
    python=$(find_python)
    # Debian ships Python without ensurepip unless python3-venv is there; its own pip serves then.
    if "$python" -m venv .venv >/dev/null 2>&1; then
        .venv/bin/python -m pip install --quiet --require-hashes -r scripts/setup.txt
    elif "$python" -m venv --clear --without-pip .venv && "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip --python .venv/bin/python install --quiet --require-hashes -r scripts/setup.txt
    else
        rm -rf .venv
        fail "$python can neither make a virtual environment nor run pip (on Debian: apt-get install python3-venv)"
    fi
}

[ -x .venv/bin/uv ] || make_venv
# Compiled here once: where PYTHONDONTWRITEBYTECODE is set, every process that starts would compile all it imports.
case "${1:-run}" in
    run) .venv/bin/uv sync --quiet --locked --compile-bytecode --no-dev --group setup --inexact ;;
    dev)
        groups="--group dev"
        command -v node >/dev/null 2>&1 || groups="$groups --group node"
        # shellcheck disable=SC2086  # two words on purpose
        .venv/bin/uv sync --quiet --locked --compile-bytecode --inexact $groups
        ;;
    *) fail "say run or dev" ;;
esac
