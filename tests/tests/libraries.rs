//! The workers of a library are started by the crates that use it.

use coproc::{Inline, Process, SpawnError, Thread};
use coproc_tests::abroad::{Counter, Double, Keeper};

#[coproc::test]
fn a_value_moves_into_a_worker_of_another_crate() {
    let counter = Counter::default().spawn().unwrap();
    assert_eq!(counter.add(2).wait().unwrap(), 2);
    let counter = Counter::on(Process::new().nice(1)).spawn(Counter::default()).unwrap();
    assert_eq!(counter.add(3).wait().unwrap(), 3);
}

#[coproc::test]
fn an_instance_that_its_library_has_registered_runs_in_a_process() {
    let keeper = Keeper::spawn(String::from("kept")).unwrap();
    assert_ne!(keeper.worker().pid(), Some(std::process::id()));
    assert_eq!(keeper.value().wait().unwrap(), "kept");
}

/// Without a process, no instance has to be registered.
#[coproc::test]
fn other_instances_run_here() {
    assert_eq!(Keeper::on(Thread).spawn(7_u8).unwrap().value().wait().unwrap(), 7);
    assert_eq!(Keeper::on(Inline).spawn(8_u8).unwrap().value().wait().unwrap(), 8);
}

#[coproc::test]
fn a_function_of_another_crate_runs_in_a_process() {
    assert_eq!(Double::spawn(21).unwrap().worker().join().unwrap(), 42);
}

/// A worker whose entry in the table the linker has left out.
struct LeftOut;

type Lost = Keeper<Option<Vec<u64>>>;

impl coproc::worker::Registered<LeftOut> for Lost {
    const ENTRY: coproc::__private::WorkerEntry = coproc::__private::WorkerEntry::new::<Self>();
}

#[coproc::test]
fn a_worker_that_is_not_linked_is_named_and_nothing_is_started() {
    let error = Lost::spawn(None).unwrap_err();
    assert!(matches!(&error, SpawnError::Unknown(name) if name.ends_with("Keeper")), "{error:?}");
    assert!(error.to_string().contains("use that_crate as _;"), "{error}");
}
