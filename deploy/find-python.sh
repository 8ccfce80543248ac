#!/bin/sh
# Prints the path of a Python 3.11 that can make virtual environments, or says on stderr how to get one (exit 1).
# Python 3.11 exactly: it serves both environments, and TensorFlow 2.12, which Rasa 3.6 needs, has no wheels for newer.
set -u

check='import sys
if sys.version_info[:2] != (3, 11): sys.exit(3)
try: import ensurepip, venv
except ImportError: sys.exit(4)
print(sys.executable)'

without_venv=""

try() {
    [ -n "$1" ] || return
    found=$("$1" -c "$check" 2>/dev/null)
    case $? in
    0)
        printf '%s\n' "$found"
        exit 0
        ;;
    4) without_venv=$1 ;;
    esac
}

# A name given by the caller (PYTHON=… make run) comes first; it may also be one that lies outside the usual places.
try "${PYTHON:-}"
try "$(command -v python3.11 || true)"
try "$(command -v python3 || true)"
try "$(command -v python || true)"
for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.11*/bin/python3.11; do
    [ -x "$candidate" ] && try "$candidate"
done
if command -v uv >/dev/null 2>&1; then
    try "$(uv python find 3.11 2>/dev/null || true)"
fi

{
    if [ -n "$without_venv" ]; then
        echo "Python 3.11 is here ($without_venv), but without its venv and ensurepip modules."
        echo "On Debian and Ubuntu:   sudo apt install python3.11-venv"
    else
        echo "Python 3.11 is missing. It was looked for on the PATH, in pyenv and with uv."
        echo "Get it in one of these ways, then run make again:"
        echo "  Debian 12:     sudo apt install python3.11 python3.11-venv"
        echo "  with uv:       uv python install 3.11"
        echo "  with pyenv:    pyenv install 3.11"
        echo "  elsewhere:     PYTHON=/path/to/python3.11 make run"
    fi
} >&2
exit 1
