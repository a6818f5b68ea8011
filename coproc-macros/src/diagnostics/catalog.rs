//! The text of every message of the macros: what is wrong, and what to write instead.
//!
//! `{0}`, `{1}` … stand for names of the user's code. Both parts begin in lower case, name the object, and
//! have no full stop. Each text has a case in `tests/ui/fail`.
//!
//! The compiler reports the rest: a wrong type in an expression, an unknown name, two methods of one name,
//! a type without serde's traits (that text is on the trait `Wire`).

/// One text of the catalogue.
pub(crate) struct Text {
    /// What is wrong.
    pub(crate) text: &'static str,
    /// What to write instead.
    pub(crate) help: &'static str,
}

impl Text {
    /// The text with its help in a line of its own, and the names filled in.
    pub(crate) fn fill(&self, names: &[&str]) -> String {
        let mut filled = format!("{}\nhelp: {}", self.text, self.help);
        for (number, name) in names.iter().enumerate() {
            filled = filled.replace(&format!("{{{number}}}"), name);
        }
        filled
    }
}

macro_rules! catalog {
    ($($name:ident: $text:literal, $help:literal;)*) => {
        $(pub(crate) const $name: Text = Text { text: $text, help: $help };)*

        /// All texts, for the test that requires a case for each.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

// Where the macros go.
catalog! {
    WORKER_PLACE:
        "`#[worker]` belongs on an `impl` block or on a function",
        "write it above `impl Name { … }`, the block that holds the messages";
    WORKER_TRAIT:
        "`#[worker]` cannot be on the implementation of a trait",
        "put the messages into an `impl` block of the type itself";
    WORKER_TYPE:
        "a worker is a struct or an enum, written as its path",
        "write `impl Name { … }`";
    WORKER_LIFETIME:
        "a worker cannot borrow: it lives in a process of its own",
        "remove the lifetime and let the worker own its data";
    WORKER_METHOD:
        "`#[worker]` cannot be on a method",
        "put it on the whole `impl` block and `#[message]` on the method";
    MESSAGE_METHOD:
        "`#[message]` on a method works only inside of `#[worker]`",
        "write `#[worker]` above the `impl` block";
    MESSAGE_PLACE:
        "`#[message]` belongs on a struct or an enum, or on a method inside of `#[worker]`",
        "put it on the type that is sent";
    MESSAGE_GENERIC:
        "a generic message type cannot carry a priority or a channel",
        "give them where it is sent: `messenger.priority(n).send(message)`";
    CHANNEL_SHAPE:
        "`Channel` can be derived only for an enum without generics and fields, with at least one variant",
        "write `enum Lane { Data, Warning }`";
    FUNCTION_PLACE:
        "`#[{0}]` belongs on a function",
        "write it above `fn`";
    ENTRY_ASYNC:
        "`#[{0}]` cannot be on an `async fn`",
        "write a plain `fn` and run the executor of your choice inside of it";
    ENTRY_ARGUMENTS:
        "a function with `#[{0}]` takes no arguments",
        "write `fn {1}()`";

    // Options.
    OPTION_EXPECTED:
        "expected an option",
        "known here: {0}";
    OPTION_UNKNOWN:
        "unknown option `{0}`",
        "{1}";
    OPTION_ELSEWHERE:
        "the option `{0}` does not belong here",
        "it goes into {1}";
    OPTION_TWICE:
        "the option `{0}` is given twice",
        "keep one of the two";
    OPTION_FORM:
        "the option `{0}` is written in another way",
        "write `{1}`";
    OPTION_WORD:
        "`{0}` cannot be `{1}`",
        "{2}";
    OPTION_NONE:
        "`#[{0}]` takes no options",
        "write `#[{0}]`";
    OPTION_MISSING:
        "`#[{0}]` does not say how often",
        "write `#[{0}({1})]`";
    TICK_LITERAL:
        "the option `every` is an expression of the type `Duration`",
        "write `every = ms(100)`, or `every = self.pace` for a field";
    VISIBILITY_FIRST:
        "the visibility comes first",
        "write `#[worker({0}, …)]`";
    VISIBILITY_FUNCTION:
        "the worker of a function is as visible as the function",
        "write the visibility before `fn`";
    DURATION:
        "`{0}` is not a duration",
        "write a number above zero and a unit, such as \"100ms\", \"1.5s\" or \"3m\"; the units are ns, us, ms, s, m and h";
    NAME_EMPTY:
        "the name of a worker cannot be empty",
        "write a name that no other worker of the program has, or leave it out";
    CAPACITY_ZERO:
        "a channel with `capacity = 0` could never take a message",
        "write at least `capacity = 1`";
    CHANNEL_TWICE:
        "the channels `{0}` and `{1}` would both be `{2}`",
        "rename one of them";
    CHANNEL_UNKNOWN:
        "there is no channel `{0}`",
        "{1}";
    CHANNEL_UNDECLARED:
        "this worker declares no channels",
        "write `#[worker(channels({0}))]`";

    // Attributes inside of `#[worker]`.
    ATTRIBUTE_UNKNOWN:
        "unknown attribute `{0}`",
        "{1}";
    ATTRIBUTE_TWO:
        "one function cannot be both `#[{0}]` and `#[{1}]`",
        "keep one of them, or write two functions";
    ATTRIBUTE_AGAIN:
        "a worker has at most one `#[{0}]`",
        "remove it from `{1}` or from `{2}`";
    CFG_ATTR:
        "`#[worker]` cannot see `#[{0}]` inside of `cfg_attr`",
        "write `#[{0}]` as it is, with a `#[cfg]` beside it";
    CFG_FUNCTION:
        "`#[cfg]` on `#[{0}]` would give the worker two types",
        "put the `#[cfg]` into its body";
    CFG_ARGUMENT:
        "`#[cfg]` on an argument would give the message two forms",
        "put the `#[cfg]` on the whole function, or make the argument an `Option`";

    // Signatures.
    SIGNATURE:
        "`#[{0}]` does not fit this function",
        "write `{1}`";
    ASYNC:
        "an `async fn` cannot run in a worker",
        "write a plain `fn`; one that can answer only later returns `Later<T, E>`";
    UNSAFE:
        "an `unsafe fn` cannot be called from another process",
        "write a safe `fn` with the `unsafe` block inside";
    GENERIC:
        "`{0}` cannot be generic: each message has one form",
        "name the types, or make the worker generic: `impl<T> Name<T>`";
    RECEIVER_VALUE:
        "a message cannot take `self` by value: the worker lives on",
        "write `&mut self`; the last thing a worker does is `#[close]`";
    RECEIVER:
        "a message takes `&self` or `&mut self`",
        "write `fn {0}(&mut self)`";
    PATTERN:
        "an argument of a worker needs a plain name",
        "write `name: {0}` and take it apart inside of the function";
    MUTABLE:
        "`&mut` does not reach into another process",
        "take the value and return what becomes of it";
    NESTED:
        "a reference inside of another type cannot be sent to a worker",
        "write an owned type, such as `String` for `&str`; `&T` and `Option<&T>` work";
    LIFETIME:
        "a named lifetime does not reach into another process",
        "leave the lifetime out";
    UNNAMED:
        "`{0}` cannot be sent to a worker",
        "name a type with `Serialize` and `Deserialize`";
    CONTEXT_FIRST:
        "the context comes first",
        "write it right after `self`";
    CONTEXT_FORM:
        "the context is passed by mutable reference",
        "write `&mut Context<Self>`";
    REPLY_BORROWED:
        "a reply cannot borrow from the worker",
        "return an owned value, such as `String` for `&str`";
    ONEWAY:
        "a `oneway` message cannot return a value: no caller waits for it",
        "remove `oneway` or the return type";
    MESSENGER_FIRST:
        "the messenger comes first",
        "write it as the first argument";
    MESSENGER_BORROWED:
        "the messenger is passed by value",
        "write `Messenger<Sent, Received>`";
    MESSENGER_FORM:
        "the messenger does not say what it sends and receives",
        "write `Messenger<Sent, Received>`";

    // Names.
    NAME_WORKER:
        "a message cannot be called `worker`: that is the controller's own method",
        "rename it";
    NAME_SPAWN:
        "a function of a worker cannot be called `{0}`: `#[worker]` writes one of that name",
        "rename it";
    NAME_VARIANT:
        "`{0}` and `{1}` would both be the message `{2}`",
        "rename one of them";
    NAME_FUNCTION:
        "the worker of the function `{0}` would have the same name",
        "begin the function's name with a small letter";

    // Priorities.
    PRIORITY_SELF:
        "`self` cannot be in a priority: the caller chooses it, and the worker is elsewhere",
        "use the arguments; `Self` is the worker's type, for its constants";
    PRIORITY_LITERAL:
        "a priority is an `i32`",
        "write a whole number, lower for sooner: `priority = -10`";
}
