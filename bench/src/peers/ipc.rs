//! `ipc-channel` between two processes.

use std::{borrow::Cow, io, process::Stdio};

use ipc_channel::ipc::{
    IpcBytesReceiver, IpcBytesSender, IpcOneShotServer, IpcReceiver, IpcSender, bytes_channel,
    channel,
};
use serde::{Serialize, de::DeserializeOwned};

use super::Process;
use crate::{NOTE, TEXT};

/// Sent borrowed, received owned.
type Text = Cow<'static, str>;
type Result<T> = std::result::Result<T, ipc_channel::IpcError>;

const ECHO: &str = "ipc-echo";
const COUNT: &str = "ipc-count";
const ECHO_BYTES: &str = "ipc-echo-bytes";
const MEASURE_BYTES: &str = "ipc-measure-bytes";

/// A process with two channels, one in each direction.
///
/// The ends go first when this is dropped, which ends the process that is waited for next.
#[derive(Debug)]
struct Linked<Out, Back> {
    out: Out,
    back: Back,
    _process: Process,
}

impl<Out, Back> Linked<Out, Back>
where
    (Out, Back): Serialize + DeserializeOwned,
{
    fn start(role: &str) -> io::Result<Self> {
        let (server, name) = IpcOneShotServer::<(Out, Back)>::new()?;
        let _process = Process::start(role, &name, Stdio::null())?;
        let (_, (out, back)) = server.accept().map_err(io::Error::other)?;
        Ok(Self { out, back, _process })
    }
}

/// A process that gives texts back.
#[derive(Debug)]
pub struct Echo(Linked<IpcSender<Text>, IpcReceiver<Text>>);

impl Echo {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        Linked::start(ECHO).map(Self)
    }

    /// Sends the text and gets it back.
    ///
    /// # Errors
    ///
    /// `ipc-channel`'s.
    pub fn round_trip(&self) -> Result<String> {
        self.0.out.send(TEXT.into())?;
        self.0.back.recv().map(Cow::into_owned)
    }
}

/// A process that counts texts, and tells how many there were when it gets an empty one.
#[derive(Debug)]
pub struct Count(Linked<IpcSender<Text>, IpcReceiver<u64>>);

impl Count {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        Linked::start(COUNT).map(Self)
    }

    /// Sends one note.
    ///
    /// # Errors
    ///
    /// `ipc-channel`'s.
    pub fn note(&self) -> Result<()> {
        self.0.out.send(NOTE.into())
    }

    /// How many came so far.
    ///
    /// # Errors
    ///
    /// `ipc-channel`'s.
    pub fn notes(&self) -> Result<u64> {
        self.0.out.send("".into())?;
        self.0.back.recv()
    }
}

/// A process that gives bytes back.
#[derive(Debug)]
pub struct EchoBytes(Linked<IpcBytesSender, IpcBytesReceiver>);

impl EchoBytes {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        Linked::start(ECHO_BYTES).map(Self)
    }

    /// Sends the bytes and gets them back.
    ///
    /// # Errors
    ///
    /// `ipc-channel`'s.
    pub fn round_trip(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.0.out.send(bytes)?;
        self.0.back.recv()
    }
}

/// A process that tells how many bytes it got.
#[derive(Debug)]
pub struct MeasureBytes(Linked<IpcBytesSender, IpcReceiver<usize>>);

impl MeasureBytes {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start() -> io::Result<Self> {
        Linked::start(MEASURE_BYTES).map(Self)
    }

    /// Sends the bytes and gets their number.
    ///
    /// # Errors
    ///
    /// `ipc-channel`'s.
    pub fn length(&self, bytes: &[u8]) -> Result<usize> {
        self.0.out.send(bytes)?;
        self.0.back.recv()
    }
}

fn offer<Out: Serialize, Back: Serialize>(name: String, ends: (Out, Back)) -> Result<()> {
    IpcSender::connect(name)?.send(ends)
}

pub(super) fn serve(role: &str, name: String) -> io::Result<()> {
    let served = match role {
        ECHO => serve_echo(name),
        COUNT => serve_count(name),
        ECHO_BYTES => serve_echo_bytes(name),
        MEASURE_BYTES => serve_measure_bytes(name),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, role)),
    };
    served.map_err(io::Error::other)
}

fn serve_echo(name: String) -> Result<()> {
    let (out, requests) = channel::<Text>()?;
    let (replies, back) = channel::<Text>()?;
    offer(name, (out, back))?;
    loop {
        replies.send(requests.recv()?)?;
    }
}

fn serve_count(name: String) -> Result<()> {
    let (out, notes) = channel::<Text>()?;
    let (counts, back) = channel::<u64>()?;
    offer(name, (out, back))?;
    let mut count = 0;
    loop {
        match notes.recv()?.is_empty() {
            true => counts.send(count)?,
            false => count += 1,
        }
    }
}

fn serve_echo_bytes(name: String) -> Result<()> {
    let (out, requests) = bytes_channel()?;
    let (replies, back) = bytes_channel()?;
    offer(name, (out, back))?;
    loop {
        replies.send(&requests.recv()?)?;
    }
}

fn serve_measure_bytes(name: String) -> Result<()> {
    let (out, requests) = bytes_channel()?;
    let (lengths, back) = channel::<usize>()?;
    offer(name, (out, back))?;
    loop {
        lengths.send(requests.recv()?.len())?;
    }
}
