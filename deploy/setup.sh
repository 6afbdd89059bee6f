#!/bin/sh
# Installs what the hub needs on this machine, and only what is missing.
#
#   deploy/setup.sh demo   what `make demo` needs: Python packages in .venv
#   deploy/setup.sh all    what `make test` needs too: the tools, Java, Maven, Go, a browser
#
# A second run finds everything in place and ends at once.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

say() { printf '==> %s\n' "$*"; }

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# ---- system packages: first all that is missing is found, then it is installed at once ----

missing=
lists_are_fresh=no

# Runs a command as root, if this user may without being asked for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_install() { have apt-get && as_root true 2>/dev/null; }

# The package lists of a fresh machine are empty or old; once a run is enough.
refresh_lists() {
    if [ "$lists_are_fresh" = no ] && can_install; then
        say "System package lists"
        as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
        lists_are_fresh=yes
    fi
}

# True if the package lists offer a package under this name.
offered() {
    refresh_lists
    [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: [0-9]/&/p')" ]
}

need_java_and_maven() {
    # Kafka needs Java 17 or newer; a newer Debian has no 17.
    if ! java_is_new_enough; then
        if ! offered openjdk-17-jre-headless && offered default-jre-headless; then
            missing="$missing default-jre-headless"
        else
            missing="$missing openjdk-17-jre-headless"
        fi
    fi
    have mvn || missing="$missing maven"
}

java_is_new_enough() {
    have java || return 1
    major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${major:-0}" -ge 17 ]
}

# The samples of the guide for publishers are run as they stand.
need_curl() { have curl || missing="$missing curl"; }

# Go's own packages judge our proofs.
need_go() { have go || missing="$missing golang-go"; }

# Ubuntu has Chromium as a snap only, which no test can drive; there Playwright brings one.
need_browser() {
    if ! have chromium && { offered chromium || ! can_install; }; then
        missing="$missing chromium fonts-liberation"
    fi
}

# What drives the browser is built against a library that a small system does not have.
need_browser_driver() {
    ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1' || missing="$missing libatomic1"
}

install_missing() {
    [ -n "$missing" ] || return 0
    can_install || fail \
        "This machine lacks:$missing" \
        "Ask its administrator for them, then run this again. On Debian or Ubuntu:" \
        "    sudo apt-get update && sudo apt-get install --no-install-recommends$missing"
    refresh_lists
    say "System packages:$missing"
    # shellcheck disable=SC2086 # a list of names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq --yes -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends $missing >/dev/null ||
        fail "apt-get could not install:$missing" "It says why above; then run this again."
    missing=
}

# What the judges are built from, checked against their go.sum; once, then no network.
add_go_modules() {
    (cd tests/conformance && GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOWORK=off go mod download)
    # The second judge asks for a newer Go than Debian 12 has, and is left out there.
    if go_is_at_least 24; then
        (cd tests/conformance/fsck &&
            GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOWORK=off go mod download)
    fi
}

# True if Go is 1.N or newer.
go_is_at_least() {
    minor=$(go version | sed -n 's/.*go1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge "$1" ]
}

add_browser_of_playwright() {
    if ! have chromium; then
        say "Chromium, as Playwright brings it"
        as_root "$PWD/.venv/bin/python" -m playwright install-deps chromium >/dev/null
        .venv/bin/python -m playwright install chromium
    fi
}

# PostgreSQL refuses to run as root, so root's hub runs it as a user of its own.
add_postgres_user() {
    if [ "$(id -u)" -eq 0 ] && ! id hub-postgres >/dev/null 2>&1; then
        say "System user hub-postgres"
        useradd --system --user-group --no-create-home --home-dir /nonexistent \
            --shell /usr/sbin/nologin hub-postgres
    fi
}

# ---- Python ----

# True if a command is Python 3.11 or newer.
is_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# Prints the command of a Python that will do; nothing if there is none.
find_python() {
    for candidate in python3.11 python3 python3.14 python3.13 python3.12; do
        if is_python "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
}

# True if .venv is there, runs, and can install.
has_environment() { is_python .venv/bin/python && .venv/bin/python -m pip -V >/dev/null 2>&1; }

need_python() {
    if has_environment; then
        return
    fi
    python=$(find_python)
    if [ -n "$python" ]; then
        # Debian keeps what makes an environment apart from Python itself.
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            missing="$missing $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        return
    fi
    for package in python3.11 python3.12 python3.13 python3.14; do
        if offered "$package"; then
            missing="$missing $package $package-venv"
            return
        fi
    done
    if can_install; then
        fail "Python 3.11 or newer is needed; this machine neither has nor offers it."
    fi
    missing="$missing python3 python3-venv"
}

make_environment() {
    if ! has_environment; then
        python=$(find_python)
        say "Python environment in .venv, with $("$python" --version)"
        "$python" -m venv --clear .venv
    fi
}

# Prints what the environment must have been made from to be up to date.
fingerprint() {
    {
        pwd
        .venv/bin/python --version
        cat "$1" pyproject.toml deploy/setup.sh
    } | sha256sum | cut -d ' ' -f 1
}

# True if the environment has the packages of a lock file, as it is now.
is_installed() {
    [ -x .venv/bin/python ] && [ -f .venv/installed ] &&
        grep -qx "$1 $(fingerprint "$1")" .venv/installed
}

# Lets pip ask and answer nothing, and do what it is told here and nowhere else.
plain_pip() {
    # Settings of the caller's own pip that would put packages elsewhere or ask for other ones.
    unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_REQUIREMENT PIP_REQUIRE_HASHES \
        PIP_NO_BINARY PIP_ONLY_BINARY PIP_EDITABLE PIP_UPGRADE PIP_PRE PYTHONPATH PYTHONHOME
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
}

# Installs the packages of a lock file, every one checked against its hash, and the hub itself.
install_locked() {
    make_environment
    plain_pip
    say "Python packages of $1 (a minute or two the first time)"
    rm -f .venv/installed
    .venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: --requirement "$1"
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
    printf '%s %s\n' "$1" "$(fingerprint "$1")" >.venv/installed
    rm -f .venv/installed-spark
}

# Spark comes as a source archive only, which is packed here; nothing of it is compiled.
install_spark() {
    lock=requirements-spark.lock
    if [ -f .venv/installed-spark ] && [ "$(cat .venv/installed-spark)" = "$(fingerprint $lock)" ]; then
        return
    fi
    plain_pip
    say "Spark, for the tests of the fold on many machines (a minute or two the first time)"
    .venv/bin/python -m pip install --quiet --require-hashes --no-build-isolation \
        --only-binary :all: --no-binary pyspark --requirement $lock
    fingerprint $lock >.venv/installed-spark
}

# ---- what was asked for ----

case "${1:-}" in
demo)
    need_python
    install_missing
    is_installed requirements-dev.lock || is_installed requirements.lock ||
        install_locked requirements.lock
    ;;
all)
    need_python
    need_java_and_maven
    need_go
    need_curl
    need_browser
    need_browser_driver
    install_missing
    is_installed requirements-dev.lock || install_locked requirements-dev.lock
    install_spark
    add_browser_of_playwright
    add_go_modules
    ;;
*)
    printf 'usage: %s demo|all\n' "$0" >&2
    exit 2
    ;;
esac
add_postgres_user
say "Ready"
