//! What the manifests have to say.

use toml::{Table, Value};

use crate::source::Finding;

/// Two crates that speak a private language only go together: one version, pinned with `=`.
///
/// Takes the manifests of the workspace, of `coproc` and of `coproc-macros`.
pub(crate) fn versions(workspace: &str, runtime: &str, macros: &str) -> Vec<Finding> {
    let [workspace, runtime, macros] =
        [workspace, runtime, macros].map(|text| text.parse::<Table>().expect("a manifest"));
    let shared = at(&workspace, &["workspace", "package", "version"]);
    let version = |package: &Table| {
        let own = at(package, &["package", "version"])?;
        let inherits = own.get("workspace").is_some();
        if inherits { shared.clone() } else { Some(own) }
    };
    let (runtime_version, macros_version) = (version(&runtime), version(&macros));
    let mut findings = Vec::new();
    if runtime_version != macros_version {
        let advice = "the two crates have different versions; both say `version.workspace = true`";
        findings.push(Finding::new("coproc-macros/Cargo.toml", 1, advice));
    }
    let own = at(&runtime, &["dependencies", "coproc-macros"]);
    let inherits = own.as_ref().is_some_and(|own| own.get("workspace").is_some());
    let asked = if inherits {
        at(&workspace, &["workspace", "dependencies", "coproc-macros"])
    } else {
        own
    };
    let asked = asked.and_then(|asked| asked.get("version").cloned());
    let exact = macros_version.as_ref().and_then(Value::as_str).map(|text| format!("={text}"));
    if exact.is_none() || asked.as_ref().and_then(Value::as_str) != exact.as_deref() {
        let advice =
            format!("pin `coproc-macros` at `version = \"{}\"`", exact.unwrap_or_default());
        findings.push(Finding::new("Cargo.toml", 1, advice));
    }
    findings
}

fn at(table: &Table, path: &[&str]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key)).cloned()
}
