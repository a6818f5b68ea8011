use syn::Type;

/// The reply of a handler, or the result of a worker.
pub(crate) struct Reply {
    pub(crate) value: Type,
    /// The error, if it can fail.
    pub(crate) error: Option<Type>,
    /// The type itself, if it does not spell the value and the error.
    pub(crate) alias: Option<Type>,
    /// Whether it is a `Later<T, E>`.
    pub(crate) later: bool,
}
