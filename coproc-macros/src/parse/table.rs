//! The one table of options: name, value, where allowed.

/// A place with options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `#[worker(…)] impl`
    Worker,
    /// `#[worker(…)] fn`
    Function,
    /// `channels(name(…))`
    Channel,
    /// `#[message(…)] fn` inside of `#[worker]`
    Message,
    /// `#[tick(…)]`
    Tick,
    /// `#[message(…)] struct`
    MessageType,
    /// `#[channel(…)]` beside `#[derive(Channel)]`
    ChannelType,
    /// `#[main(…)]` and `#[test(…)]`
    Entry,
}

impl Place {
    /// Its name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Worker => "`#[worker(…)]` on an `impl` block",
            Self::Function => "`#[worker(…)]`",
            Self::Channel => "`channels(name(…))`",
            Self::Message => "`#[message(…)]`",
            Self::Tick => "`#[tick(…)]`",
            Self::MessageType => "`#[message(…)]` on a type",
            Self::ChannelType => "`#[channel(…)]`",
            Self::Entry => "`#[main(…)]` or `#[test(…)]`",
        }
    }
}

/// The kind of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No value.
    Flag,
    /// Any expression.
    Expression,
    /// An identifier.
    Word,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A string.
    Text,
    /// A string with a number and a unit.
    Duration,
    /// A type.
    Type,
    /// A path.
    Path,
    /// Channels in parentheses.
    Channels,
}

/// One option.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) places: &'static [Place],
    /// An example, for messages.
    pub(crate) example: &'static str,
}

const fn row(
    name: &'static str,
    kind: Kind,
    places: &'static [Place],
    example: &'static str,
) -> Row {
    Row { name, kind, places, example }
}

const CRATE: &[Place] =
    &[Place::Worker, Place::Function, Place::MessageType, Place::ChannelType, Place::Entry];

const TABLE: &[Row] = &[
    row("channels", Kind::Channels, &[Place::Worker], "channels(control, data(capacity = 64))"),
    row("name", Kind::Text, &[Place::Worker, Place::Function], "name = \"printer\""),
    row("aging", Kind::Duration, &[Place::Worker], "aging = \"100ms\""),
    row("event", Kind::Type, &[Place::Worker], "event = Progress"),
    row("on_panic", Kind::OneOf(&["keep"]), &[Place::Worker], "on_panic = keep"),
    row("crate", Kind::Path, CRATE, "crate = coproc"),
    row("capacity", Kind::Expression, &[Place::Channel], "capacity = 64"),
    row("overflow", Kind::OneOf(&["block", "reject"]), &[Place::Channel], "overflow = reject"),
    row("priority", Kind::Expression, &[Place::Message, Place::MessageType], "priority = -10"),
    row("channel", Kind::Word, &[Place::Message], "channel = control"),
    row("channel", Kind::Expression, &[Place::MessageType], "channel = Lane::Warning"),
    row("oneway", Kind::Flag, &[Place::Message], "oneway"),
    row("deadline", Kind::Duration, &[Place::Message], "deadline = \"2s\""),
    row("idempotent", Kind::Flag, &[Place::Message], "idempotent"),
    row("every", Kind::Expression, &[Place::Tick], "every = self.pace"),
    row("when", Kind::Expression, &[Place::Tick], "when = self.running"),
];

/// The option of this name that may stand there.
pub(crate) fn find(name: &str, place: Place) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name && row.places.contains(&place))
}

/// Where else an option of this name may stand.
pub(crate) fn elsewhere(name: &str) -> Option<Place> {
    TABLE.iter().find(|row| row.name == name).and_then(|row| row.places.first().copied())
}

/// The names of all options that may stand there.
pub(crate) fn names(place: Place) -> Vec<&'static str> {
    TABLE.iter().filter(|row| row.places.contains(&place)).map(|row| row.name).collect()
}
