//! Methods that all places have.

/// Gives each place the same methods.
macro_rules! on_every_place {
    ($($method:tt)*) => {
        #[cfg(feature = "process")]
        impl crate::spawn::Process {
            $($method)*
        }

        impl crate::spawn::Thread {
            $($method)*
        }

        impl crate::spawn::Inline {
            $($method)*
        }
    };
}
pub(crate) use on_every_place;
