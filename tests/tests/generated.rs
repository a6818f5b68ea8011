//! What `#[worker]` writes beside the user's own code, used as a user may use it.

#![deny(unfulfilled_lint_expectations, deprecated, unused_must_use, private_interfaces)]
#![deny(unreachable_pub, missing_docs, dead_code)]

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use coproc::{call::Controller, prelude::*};
use coproc_tests::Watch;

/// Something that cannot be shown.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Secret(u64);

/// Keeps what it is given.
pub struct Shelf {
    kept: Vec<String>,
}

#[worker(channels(slow, fast(capacity = 8)))]
impl Shelf {
    /// Begins empty.
    #[init]
    #[expect(clippy::new_without_default, reason = "a worker begins with its `#[init]`")]
    pub fn new() -> Self {
        Self { kept: Vec::new() }
    }

    /// Keeps one of each kind.
    #[message]
    #[expect(clippy::too_many_arguments, reason = "one of each kind")]
    fn keep(
        &mut self,
        number: u8,
        text: &str,
        bytes: &[u8],
        numbers: &[u16],
        path: &Path,
        secret: &Secret,
        maybe: Option<&str>,
    ) -> usize {
        let path = path.display();
        let all = format!("{number} {text} {bytes:?} {numbers:?} {path} {} {maybe:?}", secret.0);
        self.kept.push(all);
        self.kept.len()
    }

    /// Keeps a text in a hurry.
    #[message(oneway, channel = fast, priority = -5)]
    fn toss(&mut self, text: String) {
        self.kept.push(text);
    }

    /// Keeps nothing.
    #[message]
    fn refuse(&mut self, secret: Secret) -> Result<(), String> {
        Err(format!("not {}", secret.0))
    }

    /// Takes nothing, and has a name of its own.
    #[message]
    fn r#move(&mut self) {
        self.kept.rotate_left(1);
    }

    /// Everything in order, and the channel that it was asked through.
    #[message(priority = 100)]
    fn all(&self, cx: &mut Context<Self>) -> (Vec<String>, usize) {
        (self.kept.clone(), cx.channel().index())
    }

    #[message]
    #[deprecated = "use `all`"]
    fn old(&self) -> usize {
        self.kept.len()
    }

    /// A helper is no message.
    pub fn label(&self) -> String {
        format!("{} on the shelf", self.kept.len())
    }
}

fn keep() -> ShelfMessage {
    ShelfMessage::Keep {
        number: 1,
        text: "two".to_owned(),
        bytes: vec![3],
        numbers: vec![4, 5],
        path: PathBuf::from("/six"),
        secret: Secret(7),
        maybe: Some("eight".to_owned()),
    }
}

const KEPT: &str = "1 two [3] [4, 5] /six 7 Some(\"eight\")";

#[test]
fn messages_show_what_can_be_shown() {
    assert_eq!(
        format!("{:?}", keep()),
        "Keep { number: 1, text: \"two\", bytes: [3], numbers: [4, 5], path: \"/six\", \
         secret: _, maybe: Some(\"eight\") }"
    );
    assert_eq!(format!("{:?}", ShelfMessage::Move), "Move");
    assert_eq!(format!("{:?}", ShelfMessage::Refuse { secret: Secret(1) }), "Refuse { secret: _ }");
}

#[test]
fn messages_own_their_arguments_under_their_names() {
    match keep() {
        ShelfMessage::Keep { number, text, bytes, numbers, path, secret, maybe } => {
            let all: (u8, String, Vec<u8>, Vec<u16>, PathBuf, Secret, Option<String>) =
                (number, text, bytes, numbers, path, secret, maybe);
            assert!(all.5 == Secret(7));
        }
        other => panic!("another message: {other:?}"),
    }
    assert!(
        matches!(ShelfMessage::Toss { text: "a".into() }, ShelfMessage::Toss { text } if text == "a")
    );
}

#[coproc::test]
fn a_message_that_was_made_by_hand_can_be_posted() {
    let _watch = Watch::set();
    let shelf = Shelf::spawn().unwrap();
    shelf.post(keep()).unwrap();
    shelf.post(ShelfMessage::Refuse { secret: Secret(1) }).unwrap();
    shelf.post(ShelfMessage::Old).unwrap();
    assert_eq!(shelf.all().wait().unwrap().0, [KEPT]);
    shelf.post(ShelfMessage::Toss { text: "tossed".into() }).unwrap();
    shelf.post(ShelfMessage::Move).unwrap();
    assert_eq!(shelf.all().wait().unwrap().0, ["tossed", KEPT]);
    shelf.worker().join().unwrap();
    assert_eq!(shelf.worker().stats().unheard_errors, 1);
    assert!(shelf.post(ShelfMessage::Move).unwrap_err().is_unstarted());
}

#[coproc::test]
fn the_default_channel_is_for_handlers_that_name_none() {
    let _watch = Watch::set();
    let shelf = Shelf::spawn().unwrap();
    let (_, channel) = shelf.all().wait().unwrap();
    assert_eq!(Some(ShelfChannel::default()), ShelfChannel::from_index(channel));
    assert_eq!(ShelfChannel::NAMES, ["default", "slow", "fast"]);
    let all: HashSet<_> = [ShelfChannel::Default, ShelfChannel::Slow, ShelfChannel::Fast].into();
    assert_eq!(all.len(), 3);
    let fast = ShelfChannel::Fast;
    let copy = fast;
    assert_eq!(
        (fast, format!("{copy:?}").as_str()),
        (ShelfChannel::from_index(2).unwrap(), "Fast")
    );
    assert_eq!(ShelfChannel::from_index(3), None);
}

#[coproc::test]
fn a_controller_mirrors_the_methods() {
    let _watch = Watch::set();
    let shelf = Shelf::spawn().unwrap();
    let controller: ShelfController = shelf.clone();
    let kept =
        controller.keep(1, "two", &[3], &[4, 5], Path::new("/six"), &Secret(7), Some("eight"));
    assert_eq!(kept.wait(), Ok(1));
    controller.r#move().wait().unwrap();
    assert!(format!("{controller:?}").contains("Shelf"));
    assert!(format!("{shelf:?}").contains("Shelf"));
    #[expect(deprecated, reason = "the handler is, and so its mirror")]
    let old = controller.old().wait();
    assert_eq!(old, Ok(1));
    #[expect(unused_must_use, reason = "a call without a verb is no call")]
    {
        controller.r#move();
    }
    #[expect(unused_must_use, reason = "neither is a message")]
    {
        controller.toss("never".into());
    }
    assert_eq!(shelf.all().wait().unwrap().0, [KEPT]);
}

/// The block is as it was: the struct can be used without any worker.
#[test]
fn the_plain_struct_stays_what_it_was() {
    let mut shelf = Shelf::new();
    shelf.toss("by hand".into());
    assert_eq!(shelf.refuse(Secret(3)), Err("not 3".into()));
    assert_eq!(shelf.label(), "1 on the shelf");
    shelf.r#move();
    #[expect(deprecated, reason = "the method is")]
    let old = shelf.old();
    assert_eq!(old, 1);
}

/// Workers as narrow as their module, and as wide as their users.
mod cupboard {
    use coproc::prelude::*;

    /// Known here and one module up.
    pub(super) struct Drawer {
        pub(super) open: bool,
    }

    #[worker(pub(super), channels(side))]
    impl Drawer {
        #[init]
        fn new() -> Self {
            Self { open: false }
        }

        #[message(channel = side)]
        fn pull(&mut self) -> Inside {
            self.open = !self.open;
            Inside { open: self.open }
        }
    }

    /// As narrow as the worker whose reply it is.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct Inside {
        pub(super) open: bool,
    }

    /// Known here only, though what calls it may be known anywhere.
    struct Hidden;

    #[worker]
    impl Hidden {
        #[init]
        fn new() -> Self {
            Self
        }

        #[message]
        fn knock(&self) -> u8 {
            3
        }
    }

    pub(super) fn knock() -> u8 {
        let hidden = Hidden::spawn().expect("a hidden worker");
        let controller: HiddenController = hidden.clone();
        controller.knock().wait().expect("three knocks")
    }
}

#[coproc::test]
fn what_is_generated_is_as_visible_as_is_said() {
    let _watch = Watch::set();
    let drawer = cupboard::Drawer::spawn().unwrap();
    assert_eq!(drawer.pull().wait(), Ok(cupboard::Inside { open: true }));
    let controller: cupboard::DrawerController = drawer.clone();
    controller.post(cupboard::DrawerMessage::Pull).unwrap();
    assert_eq!(controller.worker().remaining_on(cupboard::DrawerChannel::Side), 0);
    assert_eq!(cupboard::knock(), 3);
}

/// Names that the library uses itself, in a module that has workers.
mod crowded {
    use coproc::prelude::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    pub(super) struct Link(pub(super) u8);
    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    pub(super) struct Handler(pub(super) u8);

    pub(super) fn call(link: Link) -> Handler {
        Handler(link.0)
    }

    pub(super) struct Plan;

    #[worker(pub(super))]
    impl Plan {
        #[init]
        fn new() -> Self {
            Self
        }

        #[message]
        fn call(&self, link: Link) -> Handler {
            call(link)
        }
    }
}

#[coproc::test]
fn nothing_else_appears_in_the_users_module() {
    let _watch = Watch::set();
    let plan = crowded::Plan::spawn().unwrap();
    assert_eq!(plan.call(crowded::Link(4)).wait(), Ok(crowded::call(crowded::Link(4))));
}
