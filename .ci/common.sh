# shellcheck shell=bash
# What `.ci/run` and `.ci/long` share; sourced, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR

# Where downloads and scratch files go, so that `cargo clean` removes them too.
ci=$CARGO_TARGET_DIR/ci

# The machine's own toolchains are used: a missing one is an error, not a download.
export RUSTUP_DIST_SERVER=http://127.0.0.1:9

# What is published.
crates=(glassine glassine-tokio glassine-opentelemetry glassine-cli)
published=("${crates[@]/#/--package=}")

# Runs the named stages, each a function of the caller, and ends with a table of their seconds.
run_stages() {
    for stage in "$@"; do
        if ! declare -F "$stage" >/dev/null; then
            echo "no such stage: $stage" >&2
            exit 2
        fi
    done
    trap report EXIT
    for stage in "$@"; do
        printf '\n== %s\n' "$stage"
        started=$SECONDS
        # In a subshell, so that no stage changes the variables of the next; and not in an `if`,
        # which would switch `set -e` off inside.
        ("$stage")
        rows+=("$(row)")
    done
    stage=
}

rows=('seconds  stage')
row() {
    printf '%7d  %s' "$((SECONDS - started))" "$stage"
}

report() {
    printf '\n'
    printf '%s\n' "${rows[@]}"
    if [[ -n $stage ]]; then
        echo "$(row)  FAILED"
    else
        printf '%7d  in all\n' "$SECONDS"
    fi
}

# `cargo_tools` makes cargo-deny, -fuzz, -hack and -shear available, at the versions of .ci/tools.txt.
cargo_tools() {
    local tools=$ci/tools
    if ! cmp --quiet .ci/tools.txt "$tools/ready"; then
        python3 -m venv --clear "$tools"
        "$tools/bin/pip" install --quiet --require-hashes --no-deps -r .ci/tools.txt
        cp .ci/tools.txt "$tools/ready"
    fi
    export PATH=$tools/bin:$PATH
}

# Goes to a copy of the checkout without default members: cargo-hack runs cargo on the root manifest,
# which would select them all, and with them the features that they ask `glassine` for.
without_default_members() {
    .ci/checkout "$ci/powerset"
    cd "$ci/powerset"
    export CARGO_TARGET_DIR=$ci/copies
    sed --in-place '/^default-members = /d' Cargo.toml
}

# Installs packages of Debian, unless they are there.
debian_packages() {
    local as_root=()
    if dpkg --status "$@" >/dev/null 2>&1; then return; fi
    if [[ $EUID -ne 0 ]]; then as_root=(sudo); fi
    export DEBIAN_FRONTEND=noninteractive
    local install=("${as_root[@]}" apt-get install --quiet --quiet --yes --no-install-recommends "$@")
    "${install[@]}" || { "${as_root[@]}" apt-get update --quiet --quiet && "${install[@]}"; }
}

# Fuzzes every target for so many seconds, starting from the inputs that the repository keeps.
fuzz_each() {
    cargo_tools
    python3 fuzz/seed
    local targets target
    targets=$(cargo +nightly fuzz list)
    for target in $targets; do
        cargo +nightly fuzz run "$target" -- -max_total_time="$1"
    done
}
