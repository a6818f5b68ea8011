struct Alarm {
    level: i32,
}

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::coproc::__private::Urgent for Alarm {
        fn priority(&self) -> i32 {
            self.level
        }

        fn channel() -> ::core::option::Option<::coproc::__private::AnyChannel> {
            ::core::option::Option::Some(
                ::coproc::__private::AnyChannel::of(Lane::Warning),
            )
        }
    }
    ::coproc::__private::inventory::submit! {
        ::coproc::__private::MessageEntry::new:: < Alarm > ()
    }
};

enum Plain {
    One,
}

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl my_library::__private::Urgent for Plain {
        fn priority(&self) -> i32 {
            0
        }

        fn channel() -> ::core::option::Option<my_library::__private::AnyChannel> {
            ::core::option::Option::None
        }
    }
    my_library::__private::inventory::submit! {
        my_library::__private::MessageEntry::new:: < Plain > ()
    }
};

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl ::coproc::__private::Channel for Lane {
        const NAMES: &'static [&'static str] = &["data", "high_priority"];
        fn index(self) -> usize {
            match self {
                Self::Data => 0,
                Self::HighPriority => 1,
            }
        }

        fn from_index(index: usize) -> ::core::option::Option<Self> {
            [Self::Data, Self::HighPriority].into_iter().nth(index)
        }
    }
};

#[allow(clippy::all, clippy::restriction, dead_code, deprecated, private_interfaces)]
#[allow(rustdoc::all)]
const _: () = {
    const _: ::core::option::Option<&str> = ::core::option_env!("COPROC_EXPAND");
    #[automatically_derived]
    impl my_library::__private::Channel for Single {
        const NAMES: &'static [&'static str] = &["http_server"];
        fn index(self) -> usize {
            match self {
                Self::HTTPServer => 0,
            }
        }

        fn from_index(index: usize) -> ::core::option::Option<Self> {
            [Self::HTTPServer].into_iter().nth(index)
        }
    }
};
