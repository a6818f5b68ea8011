//! Memory in units of B, KiB, MiB and GiB.

/// The largest unit that is not larger than `bytes`, and its number of bytes.
pub(super) fn unit(bytes: u64) -> (&'static str, u64) {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    units.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("B", 1))
}

/// Memory with its unit.
#[expect(clippy::cast_precision_loss, reason = "it is rounded to a tenth")]
pub(super) fn memory(bytes: u64) -> String {
    match unit(bytes) {
        (name, 1) => format!("{bytes} {name}"),
        (name, size) => format!("{:.1} {name}", bytes as f64 / size as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_in_its_own_unit() {
        let told = [0, 1023, 5000, 1 << 20, 5 << 29, u64::MAX].map(memory);
        assert_eq!(told, ["0 B", "1023 B", "4.9 KiB", "1.0 MiB", "2.5 GiB", "17179869184.0 GiB"]);
    }
}
