//! Workers live as long as their owner wants and never longer than their host.

#[path = "hosts/deaths.rs"]
mod deaths;
#[path = "hosts/leaks.rs"]
mod leaks;
#[path = "hosts/nested.rs"]
mod nested;
#[path = "hosts/owners.rs"]
mod owners;
