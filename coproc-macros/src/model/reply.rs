use syn::Type;

/// What a handler answers, or what a worker ends with.
pub(crate) struct Reply {
    pub(crate) value: Type,
    /// The error, if it can fail.
    pub(crate) error: Option<Type>,
    /// The type itself, if value and error are not spelled in it.
    pub(crate) alias: Option<Type>,
    /// Whether it is a `Later<T, E>`, a promise to answer.
    pub(crate) later: bool,
}
