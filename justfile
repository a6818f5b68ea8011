# Without just: every recipe is the one command under its name.

# What a change has to pass before it is merged.
default:
    .ci/run

# The tests; with the other codec: `just test --features codec-postcard`.
test *options:
    cargo test --workspace {{ options }}

# Format and lints.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# The documentation, with its warnings as errors.
docs *options:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps {{ options }}

# The benchmarks, in release and with their own lock file.
bench *options:
    cargo bench --manifest-path bench/Cargo.toml {{ options }}

# Takes what the macros generate and refuse now as what is expected; look at the diff after it.
bless:
    COPROC_BLESS=1 cargo test -p coproc-macros
    TRYBUILD=overwrite cargo test -p coproc-tests --test ui

# Feeds random bytes to what reads frames (cargo-fuzz, nightly).
fuzz target="frames" *options:
    cargo +nightly fuzz run {{ target }} {{ options }}

# Licences, sources, duplicates and known advisories of all dependencies (cargo-deny).
deny:
    cargo deny check
