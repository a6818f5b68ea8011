//! Functions with `#[init]`, `#[tick]`, `#[idle]`, `#[gone]` and `#[close]`.

use quote::ToTokens;
use syn::{Expr, ReceiverKind, ReturnType, Signature, Type, ext::IdentExt};

use super::{
    arguments, attributes, handler, reply, self_type,
    signature::{can_run_in_a_worker, inputs, is_unit, last_segment},
};
use crate::{
    diagnostics::{Errors, catalog},
    model::{Close, Gone, Idle, Init, Subject, Tick},
    parse::{Mark, Method, Options, Place, Role},
};

/// A function with `#[init]`.
pub(super) fn init(method: &Method, mark: &Mark, subject: &Subject, errors: &mut Errors) -> Init {
    let signature = &method.signature;
    takes_no_options(mark, errors);
    has_no_cfg(method, mark.role, errors);
    let before = errors.count();
    has_no_receiver(signature, errors);
    can_run_in_a_worker(signature, errors);
    let inputs = inputs(signature);
    let mut accepted = arguments::arguments(&inputs, &subject.path, errors);
    let error = returns_itself(signature, subject, errors);
    if errors.count() > before {
        accepted = arguments::refused(&inputs, &subject.path);
    }
    Init {
        name: signature.ident.clone(),
        inputs: accepted,
        error,
        docs: attributes::docs(&method.attributes),
    }
}

// #[init]
// fn new(&self) -> Self {}
fn has_no_receiver(signature: &Signature, errors: &mut Errors) {
    if let Some(receiver) = signature.receiver() {
        fits(receiver, Role::Init, signature, errors);
    }
}

/// The error of an `#[init]` that can fail.
//
// #[init]
// fn new() -> u32 {}
fn returns_itself(signature: &Signature, subject: &Subject, errors: &mut Errors) -> Option<Type> {
    let ReturnType::Type(_, written) = &signature.output else {
        fits(&signature.ident, Role::Init, signature, errors);
        return None;
    };
    let own = subject.names.worker.unraw().to_string();
    let is_worker = |name: &str| name == "Self" || name == own;
    match last_segment(written) {
        Some((name, _)) if is_worker(&name) => return None,
        Some((name, types)) if name == "Result" => {
            let value = types.first().and_then(|ty| last_segment(ty));
            if value.is_none_or(|(name, _)| is_worker(&name)) {
                let named = self_type::named_in_type(written, &subject.path);
                return error_of(&named, subject);
            }
        }
        _ => {}
    }
    fits(written, Role::Init, signature, errors);
    None
}

/// `E` in a type spelled `Result`.
fn error_of(result: &Type, subject: &Subject) -> Option<Type> {
    match last_segment(result)?.1.as_slice() {
        [_, error] => Some((*error).clone()),
        _ => Some(reply::projections(result, &subject.library).1),
    }
}

/// A function with `#[close]`.
pub(super) fn close(method: &Method, mark: &Mark, subject: &Subject, errors: &mut Errors) -> Close {
    let signature = &method.signature;
    takes_no_options(mark, errors);
    has_no_cfg(method, mark.role, errors);
    let before = errors.count();
    let by_value =
        signature.receiver().is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Value));
    if !by_value {
        match signature.receiver() {
            Some(receiver) => fits(receiver, Role::Close, signature, errors),
            None => fits(&signature.ident, Role::Close, signature, errors),
        }
    } else if let Some(argument) = handler::first_argument(signature) {
        fits(argument, Role::Close, signature, errors);
    }
    can_run_in_a_worker(signature, errors);
    let reply = reply::last_word(&signature.output, &subject.library, &subject.path, errors);
    Close { name: signature.ident.clone(), reply, refused: errors.count() > before }
}

/// A function with `#[idle]`.
pub(super) fn idle(
    method: &Method,
    mark: &Mark,
    subject: &Subject,
    errors: &mut Errors,
) -> Option<Idle> {
    takes_no_options(mark, errors);
    let before = errors.count();
    let context = runs_between_messages(method, mark.role, subject, errors);
    let signature = &method.signature;
    let returns_idle = match &signature.output {
        ReturnType::Type(_, ty) => last_segment(ty).is_some_and(|(name, _)| name == "Idle"),
        ReturnType::Default => false,
    };
    if !returns_idle && errors.count() == before {
        match &signature.output {
            ReturnType::Type(_, ty) => fits(ty, mark.role, signature, errors),
            ReturnType::Default => fits(&signature.ident, mark.role, signature, errors),
        }
    }
    (errors.count() == before).then(|| Idle {
        name: signature.ident.clone(),
        cfgs: attributes::cfgs(&method.attributes),
        context,
    })
}

/// A function with `#[tick]`.
pub(super) fn tick(
    method: &Method,
    mark: &Mark,
    subject: &Subject,
    errors: &mut Errors,
) -> Option<Tick> {
    let before = errors.count();
    let tokens = mark.options.clone().unwrap_or_default();
    let options = Options::parse(tokens, Place::Tick, errors);
    let every =
        if errors.count() == before { says_how_often(&options, mark, errors) } else { None };
    let context = runs_between_messages(method, mark.role, subject, errors);
    let signature = &method.signature;
    gives_nothing(signature, mark.role, errors);
    Some(Tick {
        name: signature.ident.clone(),
        cfgs: attributes::cfgs(&method.attributes),
        context,
        every: every?,
        when: options.expression("when").cloned(),
    })
    .filter(|_| errors.count() == before)
}

// #[tick]
// fn print_one(&mut self) {}
//
// #[tick(every = "100ms")]
// fn flush(&mut self) {}
fn says_how_often(options: &Options, mark: &Mark, errors: &mut Errors) -> Option<Expr> {
    let every = options.expression("every");
    match every {
        None => {
            let example = "every = self.pace";
            errors.push(mark.span, &catalog::OPTION_MISSING, &[mark.role.name(), example]);
        }
        Some(Expr::Lit(literal)) => errors.push_at(literal, &catalog::TICK_LITERAL, &[]),
        Some(_) => {}
    }
    every.cloned()
}

/// A function with `#[gone]`.
pub(super) fn gone(
    method: &Method,
    mark: &Mark,
    subject: &Subject,
    errors: &mut Errors,
) -> Option<Gone> {
    takes_no_options(mark, errors);
    let before = errors.count();
    let signature = &method.signature;
    borrows_itself(signature, mark.role, errors);
    can_run_in_a_worker(signature, errors);
    gives_nothing(signature, mark.role, errors);
    let inputs = inputs(signature);
    let peer = match inputs.as_slice() {
        [peer] => Some((*peer.ty).clone()),
        [_, second, ..] => {
            fits(second, mark.role, signature, errors);
            None
        }
        [] => {
            if errors.count() == before {
                fits(&signature.ident, mark.role, signature, errors);
            }
            None
        }
    };
    let peer = peer.filter(|_| errors.count() == before)?;
    Some(Gone {
        name: signature.ident.clone(),
        cfgs: attributes::cfgs(&method.attributes),
        peer: self_type::named_in_type(&peer, &subject.path),
    })
}

/// The context, for a function that takes no other argument.
//
// #[tick(every = ms(10))]
// fn print(&mut self, ch: char) {}
fn runs_between_messages(
    method: &Method,
    role: Role,
    subject: &Subject,
    errors: &mut Errors,
) -> Option<Type> {
    let signature = &method.signature;
    borrows_itself(signature, role, errors);
    can_run_in_a_worker(signature, errors);
    let (context, rest) = handler::context(inputs(signature), subject, errors);
    if let Some(argument) = rest.first() {
        fits(argument, role, signature, errors);
    }
    context
}

// #[tick(every = ms(10))]
// fn print(&mut self) -> usize {}
fn gives_nothing(signature: &Signature, role: Role, errors: &mut Errors) {
    if let ReturnType::Type(_, ty) = &signature.output
        && !is_unit(ty)
    {
        fits(ty, role, signature, errors);
    }
}

// #[tick(every = ms(10))]
// fn print() {}
fn borrows_itself(signature: &Signature, role: Role, errors: &mut Errors) {
    match signature.receiver() {
        Some(receiver) if handler::is_reference(receiver) => {}
        Some(receiver) => fits(receiver, role, signature, errors),
        None => fits(&signature.ident, role, signature, errors),
    }
}

/// Reports how a function of this role is written.
fn fits(at: impl ToTokens, role: Role, signature: &Signature, errors: &mut Errors) {
    let name = &signature.ident;
    let written = match role {
        Role::Init => format!("fn {name}(…) -> Self` or `fn {name}(…) -> Result<Self, E>"),
        Role::Message | Role::Tick => format!("fn {name}(&mut self)"),
        Role::Idle => format!("fn {name}(&mut self) -> Idle"),
        Role::Gone => format!("fn {name}(&mut self, peer: Peer)"),
        Role::Close => format!("fn {name}(self) -> T"),
    };
    errors.push_at(at, &catalog::SIGNATURE, &[role.name(), &written]);
}

// #[init(name = "x")]
// fn new() -> Self {}
fn takes_no_options(mark: &Mark, errors: &mut Errors) {
    if let Some(options) = mark.options.as_ref().filter(|options| !options.is_empty()) {
        errors.push_at(options, &catalog::OPTION_NONE, &[mark.role.name()]);
    }
}

// #[cfg(unix)]
// #[init]
// fn new() -> Self {}
fn has_no_cfg(method: &Method, role: Role, errors: &mut Errors) {
    if let Some(cfg) = attributes::cfgs(&method.attributes).first() {
        errors.push_at(cfg, &catalog::CFG_FUNCTION, &[role.name()]);
    }
}
