//! Workers in processes of their own.

mod build;
mod child;
mod greeting;
mod life;
mod parent;
mod report;
mod stderr;
mod sys;
mod watched;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use super::{GRACE, MESSAGE_MOST, stdio::Stdio};

pub use child::{init, test};
pub(super) use parent::FORMALITIES;
pub(super) use report::report;
pub(super) use watched::{WatchedProcess, WeakCall, this_process};

/// How long `#[init]` may take unless something else is said.
const INIT_TIMEOUT: Duration = Duration::from_secs(60);

/// A process of its own, and how it is set up.
///
/// The process is this same program, started again, and needs `#[coproc::main]` on `main`. It starts
/// in a process group of its own, with standard input closed, the descriptors 0 to 2 and those of
/// coproc, and nothing else of this process. When this process ends, however it does, the worker is
/// killed.
///
/// When the worker ends, in order or not, what is left of its process group is killed: the processes
/// that it started, unless they have a group of their own, as one that is to survive needs it
/// ([`process_group`](std::os::unix::process::CommandExt::process_group) or setsid(2)). They also
/// survive if this process ends first, ignores SIGCHLD, or waits for children that it did not start
/// itself: then no process is left to kill them, or none can tell that it is still the same group.
///
/// ```no_run
/// use coproc::{Process, prelude::*};
/// # struct Decoder;
/// # #[worker]
/// # impl Decoder {
/// #     #[init]
/// #     fn new() -> Self { Self }
/// #     #[message]
/// #     fn decode(&mut self, bytes: &[u8]) -> u64 { bytes.len() as u64 }
/// # }
///
/// #[coproc::main]
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let place = Process::new().name("decoder").memory_limit(512 << 20).cpu_limit(secs(60));
///     let decoder = Decoder::on(place).spawn()?;
///     decoder.decode(&[1, 2, 3]).wait()?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a place starts nothing by itself"]
pub struct Process {
    name: Option<String>,
    env: Vec<(OsString, Option<OsString>)>,
    env_clear: bool,
    current_dir: Option<PathBuf>,
    limits: ProcessLimits,
    stdout: Stdio,
    /// `None`: captured and passed on.
    stderr: Option<Stdio>,
    init_timeout: Duration,
    grace: Duration,
    max_message: usize,
}

/// What a worker's process limits itself to before any code of the user's runs in it.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
struct ProcessLimits {
    nice: i32,
    memory: Option<u64>,
    cpu: Option<u64>,
    files: Option<u64>,
}

impl Default for Process {
    fn default() -> Self {
        Self::new()
    }
}

impl Process {
    /// A process with this one's environment, directory and standard output, and no limits.
    pub fn new() -> Self {
        Self {
            name: None,
            env: Vec::new(),
            env_clear: false,
            current_dir: None,
            limits: ProcessLimits::default(),
            stdout: Stdio::inherit(),
            stderr: None,
            init_timeout: INIT_TIMEOUT,
            grace: GRACE,
            max_message: MESSAGE_MOST,
        }
    }

    /// The worker's name in errors; without it that of its type. The first 15 bytes of what follows
    /// the last `::` in it are its process's name, as `ps` shows it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), Some(value.into())));
        self
    }

    /// Removes an environment variable.
    pub fn env_remove(mut self, key: impl Into<OsString>) -> Self {
        self.env.push((key.into(), None));
        self
    }

    /// Starts without environment variables, but for those set after this.
    pub fn env_clear(mut self) -> Self {
        self.env_clear = true;
        self.env.clear();
        self
    }

    /// Its working directory; without it, that of this process.
    pub fn current_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.current_dir = Some(dir.into());
        self
    }

    /// Adds to its niceness; negative values need the right to it.
    pub fn nice(mut self, increment: i32) -> Self {
        self.limits.nice = increment;
        self
    }

    /// How many bytes of address space it may have, `RLIMIT_AS` of setrlimit(2). An allocation
    /// beyond it fails, which ends most programs: the crash then says `out of memory`.
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.limits.memory = Some(bytes);
        self
    }

    /// How much CPU time it may use, `RLIMIT_CPU` of setrlimit(2): whole seconds, rounded down, and
    /// one at least. Beyond it, it is ended by SIGXCPU.
    pub fn cpu_limit(mut self, time: Duration) -> Self {
        self.limits.cpu = Some(time.as_secs().max(1));
        self
    }

    /// How many descriptors it may have open, `RLIMIT_NOFILE` of setrlimit(2).
    pub fn open_files(mut self, count: u64) -> Self {
        self.limits.files = Some(count);
        self
    }

    /// Where its standard output goes; without it, to this process's.
    pub fn stdout(mut self, stdio: impl Into<Stdio>) -> Self {
        self.stdout = stdio.into();
        self
    }

    /// Where its standard error goes. Without it, it is passed on to this process's standard error,
    /// and its last 4 KiB are kept for the report of a crash.
    pub fn stderr(mut self, stdio: impl Into<Stdio>) -> Self {
        self.stderr = Some(stdio.into());
        self
    }

    /// How long `#[init]` may take, the start of the process included; 60 s unless said otherwise.
    /// Beyond it, the process is killed and spawning ends in
    /// [`InitTimeout`](crate::error::SpawnError::InitTimeout).
    pub fn init_timeout(mut self, timeout: Duration) -> Self {
        self.init_timeout = timeout;
        self
    }

    /// How long the worker may take to close when its owner is dropped; 2 s unless said otherwise.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How large a message or reply may be, in bytes; 64 MiB unless said otherwise, 4 GiB at most.
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes.min(u32::MAX as usize);
        self
    }
}
