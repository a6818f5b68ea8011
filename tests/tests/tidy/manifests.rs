//! What the manifests and the roots of the crates have to say.

use syn::Attribute;
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

/// What the root of the macro crate forbids, so that no input makes a macro panic.
pub(crate) fn macro_lints(file: &str, root: &syn::File) -> Vec<Finding> {
    const DENIED: [&str; 5] =
        ["unwrap_used", "expect_used", "panic", "unreachable", "indexing_slicing"];
    let words: Vec<String> = root.attrs.iter().map(spelled).collect();
    let says = |level: &str, lint: &str| {
        words.iter().any(|text| {
            text.contains(&format!("{level}(")) && text.split(['(', ',', ')']).any(|w| w == lint)
        })
    };
    let mut missing = Vec::new();
    if !says("forbid", "unsafe_code") {
        missing.push("#![forbid(unsafe_code)]".to_owned());
    }
    for lint in DENIED.map(|lint| format!("clippy::{lint}")) {
        if !says("deny", &lint) && !says("forbid", &lint) {
            missing.push(format!("#![deny({lint})]"));
        }
    }
    missing.iter().map(|line| Finding::new(file, 1, format!("write `{line}`"))).collect()
}

/// The runtime compiles the README's code with its doc tests.
pub(crate) fn readme_is_tested(file: &str, root: &syn::File) -> Vec<Finding> {
    let holds = root.items.iter().any(|item| {
        let words: Vec<String> = crate::source::attributes(item).iter().map(spelled).collect();
        words.iter().any(|text| text == "cfg(doctest)")
            && words.iter().any(|text| text == "doc=include_str!(\"../../README.md\")")
    });
    if holds {
        return Vec::new();
    }
    let advice = "compile the README: `#[cfg(doctest)]` and \
                  `#[doc = include_str!(\"../../README.md\")]` above a hidden struct";
    vec![Finding::new(file, 1, advice)]
}

/// An attribute without its spaces.
fn spelled(attribute: &Attribute) -> String {
    let meta = &attribute.meta;
    let tokens = match meta {
        syn::Meta::Path(path) => {
            return path.get_ident().map(ToString::to_string).unwrap_or_default();
        }
        syn::Meta::List(list) => {
            let name = list.path.get_ident().map(ToString::to_string).unwrap_or_default();
            format!("{name}({})", list.tokens)
        }
        syn::Meta::NameValue(pair) => {
            let name = pair.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let syn::Expr::Macro(value) = &pair.value else { return name };
            let called = value.mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
            format!("{name}={called}!({})", value.mac.tokens)
        }
    };
    tokens.chars().filter(|char| !char.is_whitespace()).collect()
}
