#!/bin/sh
# bootstrap.sh run|dev: make .venv and install exactly what requirements/{run,dev}.lock names.
#
# Run from the project root, by the Makefile. PYTHON chooses the interpreter (default python3).
set -eu

requirements=$1
python=${PYTHON:-python3}
venv=.venv

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    found=$("$python" -V 2>&1) || found="ingen $python"
    echo "Klimabudsjett trenger Python 3.11 eller nyere (fant $found)." >&2
    echo "Installer en nyere Python, eller velg en med: make run PYTHON=python3.12" >&2
    exit 1
fi

if ! "$venv/bin/python" -c '' 2>/dev/null; then
    echo "Gjør klar Python-miljøet i $venv (første gang tar det rundt et halvt minutt) …"
    rm -rf "$venv"
    # Debian without python3-venv cannot put pip into the environment: then it is made without.
    if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
        rm -rf "$venv"
        "$python" -m venv --without-pip "$venv"
    fi
fi

# pip of the environment, or else the system's pip working on the environment.
if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    pip() { "$venv/bin/python" -m pip "$@"; }
elif "$python" -m pip --version >/dev/null 2>&1; then
    pip() { "$python" -m pip --python "$venv/bin/python" "$@"; }
else
    echo "Fant ikke pip. Installer den (på Debian: apt install python3-pip) og prøv igjen." >&2
    exit 1
fi

pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --require-hashes -r "requirements/$requirements.lock"

# The program itself is used where it lies: a .pth file puts the project root on the path. Both it
# and the command are relative, so that the folder can be moved with .venv in it.
"$venv/bin/python" - <<'PYTHON'
import os
import pathlib
import sysconfig

packages = pathlib.Path(sysconfig.get_path("purelib"))
root = os.path.relpath(pathlib.Path.cwd(), packages.resolve())
(packages / "climatebudget.pth").write_text(f"{root}\n", encoding="utf-8")
PYTHON

cat >"$venv/bin/climatebudget" <<'SCRIPT'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -c 'import sys; sys.argv[0] = "climatebudget"
from climatebudget.cli import main; sys.exit(main())' "$@"
SCRIPT
chmod +x "$venv/bin/climatebudget"

# Without compiled bytecode every start takes a second longer, so compile even where
# PYTHONDONTWRITEBYTECODE is set. A file that only a newer Python can compile does no harm.
env -u PYTHONDONTWRITEBYTECODE "$venv/bin/python" -m compileall -q -j 0 "$venv/lib" climatebudget \
    >/dev/null 2>&1 || true

# The stamps say that this is done; dev includes everything that run needs.
touch "$venv/.run-ok"
if [ "$requirements" = dev ]; then
    touch "$venv/.dev-ok"
fi
