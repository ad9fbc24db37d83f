# shellcheck shell=bash
# What `.ci/run` and `.ci/long` share; sourced, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR

# The machine's own toolchains are used: a missing one is an error, not a download.
export RUSTUP_DIST_SERVER=http://127.0.0.1:9 CARGO_LLVM_COV_SETUP=no

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

# `cargo_tool hack` installs `cargo hack`, unless some version of it is there.
cargo_tool() {
    local -A versions=([fuzz]=0.13.2 [hack]=0.6.46 [mutants]=27.1.0)
    command -v "cargo-$1" >/dev/null || cargo install --quiet --locked "cargo-$1@${versions[$1]}"
}

# Fuzzes every target for so many seconds, starting from the inputs that the repository keeps.
fuzz_each() {
    cargo_tool fuzz
    python3 fuzz/seed
    local targets target
    targets=$(cargo +nightly fuzz list)
    for target in $targets; do
        cargo +nightly fuzz run "$target" -- -max_total_time="$1"
    done
}
