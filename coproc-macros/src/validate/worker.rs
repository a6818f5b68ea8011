//! An `impl` block with `#[worker]`.

use proc_macro2::Span;
use syn::{Ident, LitStr, Token, Visibility, spanned::Spanned};

use super::{
    channels,
    handler::{self, Surroundings, Verdict},
    names, roles, self_type, subject,
};
use crate::{
    diagnostics::{Errors, catalog},
    model::{Subject, Worker},
    parse::{ImplBlock, Mark, Member, Method, Options, Role},
};

/// Validates the block. `None` if the worker's type is unknown; after any other mistake, the controller
/// can still be generated.
pub(crate) fn worker(block: &ImplBlock, options: &Options, errors: &mut Errors) -> Option<Worker> {
    let subject = subject::of_block(block, options, errors)?;
    let mut judging = Judging {
        worker: blank(subject, options, errors),
        number: 0,
        earlier: Vec::new(),
        first: Vec::new(),
    };
    for member in &block.members {
        match member {
            Member::Method(method) => judging.method(method, errors),
            Member::Other { marks, .. } => is_a_function(marks, errors),
        }
    }
    Some(judging.worker)
}

/// A worker with its options and without functions.
fn blank(subject: Subject, options: &Options, errors: &mut Errors) -> Worker {
    let visibility = options.visibility.clone();
    Worker {
        event: options.ty("event").map(|ty| self_type::named_in_type(ty, &subject.path)),
        subject,
        visibility_span: visibility.as_ref().map_or_else(Span::mixed_site, Spanned::span),
        visibility: visibility
            .unwrap_or_else(|| Visibility::Public(Token![pub](Span::mixed_site()))),
        stable_name: options.text("name").filter(|name| is_not_empty(name, errors)).cloned(),
        aging: options.duration("aging").copied(),
        keep_on_panic: options.has("on_panic"),
        channels: channels::channels(options.channels("channels"), errors),
        declares_channels: options.has("channels"),
        init: None,
        close: None,
        idle: None,
        gone: None,
        ticks: Vec::new(),
        handlers: Vec::new(),
        refused: Vec::new(),
        spawn_is_taken: false,
    }
}

// #[worker(name = "")]
pub(super) fn is_not_empty(name: &LitStr, errors: &mut Errors) -> bool {
    let empty = name.value().is_empty();
    if empty {
        errors.push(name.span(), &catalog::NAME_EMPTY, &[]);
    }
    !empty
}

/// The worker with the functions that were validated so far.
struct Judging {
    worker: Worker,
    /// The number of the next handler.
    number: u32,
    /// The handlers so far, by name and variant.
    earlier: Vec<(Ident, Ident)>,
    /// The span of each role that may occur once.
    first: Vec<(Role, Ident)>,
}

impl Judging {
    fn method(&mut self, method: &Method, errors: &mut Errors) {
        let free = names::is_not_spawn(method, errors);
        self.worker.spawn_is_taken |= !free;
        has_one_role(&method.marks, errors);
        let Some(mark) = method.marks.first() else { return };
        if mark.role == Role::Message {
            self.handler(method, mark, errors);
        } else if mark.role == Role::Tick || self.is_the_only_one(method, mark, errors) {
            self.role(method, mark, errors);
        }
    }

    fn handler(&mut self, method: &Method, mark: &Mark, errors: &mut Errors) {
        let around = Surroundings {
            subject: &self.worker.subject,
            channels: &self.worker.channels,
            declares_channels: self.worker.declares_channels,
            earlier: &self.earlier,
            number: self.number,
        };
        match handler::handler(method, mark, &around, errors) {
            Verdict::Accepted(handler) => {
                self.earlier.push((handler.name.clone(), handler.variant.clone()));
                self.worker.handlers.push(*handler);
            }
            Verdict::Refused(handler) => self.worker.refused.push(*handler),
            Verdict::Lost => {}
        }
        self.number = self.number.saturating_add(1);
    }

    fn role(&mut self, method: &Method, mark: &Mark, errors: &mut Errors) {
        let worker = &mut self.worker;
        let subject = &worker.subject;
        match mark.role {
            Role::Init => worker.init = Some(roles::init(method, mark, subject, errors)),
            Role::Close => worker.close = Some(roles::close(method, mark, subject, errors)),
            Role::Idle => worker.idle = roles::idle(method, mark, subject, errors),
            Role::Gone => worker.gone = roles::gone(method, mark, subject, errors),
            Role::Tick => worker.ticks.extend(roles::tick(method, mark, subject, errors)),
            Role::Message => {}
        }
    }

    // #[init]
    // fn new() -> Self {}
    // #[init]
    // fn open() -> Self {}
    fn is_the_only_one(&mut self, method: &Method, mark: &Mark, errors: &mut Errors) -> bool {
        let name = method.name();
        match self.first.iter().find(|(role, _)| *role == mark.role) {
            Some((role, first)) => {
                let names = [role.name(), &*first.to_string(), &*name.to_string()];
                errors.push(mark.span, &catalog::ATTRIBUTE_AGAIN, &names);
                false
            }
            None => {
                self.first.push((mark.role, name.clone()));
                true
            }
        }
    }
}

// #[message]
// #[tick(every = ms(10))]
// fn print(&mut self) {}
fn has_one_role(marks: &[Mark], errors: &mut Errors) {
    if let [first, second, ..] = marks {
        let names = [first.role.name(), second.role.name()];
        errors.push(second.span, &catalog::ATTRIBUTE_TWO, &names);
    }
}

// #[message]
// const LIMIT: u32 = 3;
fn is_a_function(marks: &[Mark], errors: &mut Errors) {
    for mark in marks {
        errors.push(mark.span, &catalog::FUNCTION_PLACE, &[mark.role.name()]);
    }
}
