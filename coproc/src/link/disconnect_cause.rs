//! How the other end of a connection ended.

#[cfg(feature = "process")]
use crate::error::CrashReport;
use crate::error::{CallError, CloseReason, Exit, PanicReport};

/// The one event in which an incarnation of a worker ends. Every error and report about its end is
/// made from it.
pub(crate) struct ExitEvent {
    pub(crate) cause: DisconnectCause,
    /// The call that it was handling.
    pub(crate) begun: Option<u64>,
}

/// How the other end of a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DisconnectCause {
    /// In order.
    Closed { worker: String },
    /// One of its handlers panicked.
    Panicked { worker: String, report: PanicReport },
    /// Its process died.
    #[cfg(feature = "process")]
    Crashed(CrashReport),
    /// Its owner killed it.
    Killed { worker: String },
    /// It broke the protocol.
    Protocol(String),
    /// The connection to it ended; the rest is unknown.
    Gone,
}

impl DisconnectCause {
    /// The error of a call that the peer had begun and did not answer.
    pub(crate) fn begun<E>(&self) -> CallError<E> {
        match self {
            #[cfg(feature = "process")]
            Self::Crashed(report) => CallError::Crashed(report.clone()),
            Self::Protocol(text) => CallError::Protocol(text.clone()),
            other => CallError::Closed(CloseReason::begun(other.text())),
        }
    }

    /// The error of a call that the peer did not begin.
    pub(crate) fn unstarted<E>(&self) -> CallError<E> {
        match self {
            Self::Protocol(text) => CallError::Protocol(text.clone()),
            other => CallError::Closed(CloseReason::unstarted(other.text())),
        }
    }

    /// The error of a join.
    pub(crate) fn joined<E>(&self) -> CallError<E> {
        match self {
            Self::Panicked { report, .. } => CallError::Panicked(report.clone()),
            other => other.begun(),
        }
    }

    /// How the worker ended.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Closed { .. } => Exit::Closed,
            Self::Panicked { .. } => Exit::Panicked,
            #[cfg(feature = "process")]
            Self::Crashed(report) => report.exit(),
            Self::Killed { .. } => Exit::Killed,
            Self::Protocol(_) | Self::Gone => Exit::Unknown,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Closed { worker } => format!("worker `{worker}` has closed; start another"),
            Self::Panicked { worker, report } => {
                format!("worker `{worker}` has ended: {report}")
            }
            #[cfg(feature = "process")]
            Self::Crashed(report) => {
                let (worker, pid, exit) = (report.worker(), report.pid(), report.exit());
                format!("worker `{worker}` (pid {pid}) {exit}; start another")
            }
            Self::Killed { worker } => {
                format!("worker `{worker}` was killed by its owner; start another")
            }
            Self::Protocol(text) => text.clone(),
            Self::Gone => "the other end is gone".into(),
        }
    }
}
