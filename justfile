# Without just, run the commands of a recipe by hand.

# Everything a change has to pass.
default:
    .ci/run

# All tests. With the other codec: `just test --features codec-postcard`.
test *options:
    cargo test --workspace {{ options }}

# Format and lints.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# The documentation; its warnings are errors.
docs *options:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps {{ options }}

# The benchmarks, in release mode and with a lock file of their own.
bench *options:
    cargo bench --manifest-path bench/Cargo.toml {{ options }}

# Accepts the present expansions and compiler messages as the expected ones; read the diff after it.
bless:
    COPROC_BLESS=1 cargo test -p coproc-macros
    TRYBUILD=overwrite cargo test -p coproc-tests --test ui

# Feeds random bytes to the decoder of frames (cargo-fuzz, nightly).
fuzz target="frames" *options:
    cargo +nightly fuzz run {{ target }} {{ options }}

# Checks licences, sources, duplicates and known advisories of all dependencies (cargo-deny).
deny:
    cargo deny check
