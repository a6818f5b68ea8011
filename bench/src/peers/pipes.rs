//! Plain processes that run a function on numbers, each behind a bare socketpair: a pool with
//! nothing around it.

use std::{
    io::{self, BufReader, BufWriter, Read, Write, stdin},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use super::Process;
use crate::work;

pub(super) const ROLE: &str = "pipe-worker";

/// How much is read or written at once.
const BUFFER: usize = 64 << 10;

/// Processes that run the same function.
#[derive(Debug)]
pub struct Workers(Vec<Linked>);

/// A process behind its link, which goes first when this is dropped: that ends the process.
#[derive(Debug)]
struct Linked {
    out: BufWriter<UnixStream>,
    back: BufReader<UnixStream>,
    /// How many numbers it has that have not come back.
    has: u64,
    _process: Process,
}

impl Workers {
    /// Starts so many for the function of this name.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn start(count: usize, function: &str) -> io::Result<Self> {
        (0..count).map(|_| Linked::start(function)).collect::<io::Result<_>>().map(Self)
    }

    /// Runs the function on so many numbers, from 0, `chunk` at a time with each worker, and gives
    /// the sum of the results.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn sum(&mut self, count: u64, chunk: u64) -> io::Result<u64> {
        let (mut next, mut done, mut sum) = (0, 0, 0_u64);
        while done < count {
            for worker in &mut self.0 {
                done += worker.has;
                sum = sum.wrapping_add(worker.take()?);
                let end = count.min(next + chunk);
                worker.give(next..end)?;
                next = end;
            }
        }
        Ok(sum)
    }
}

impl Linked {
    fn start(function: &str) -> io::Result<Self> {
        let (link, far) = UnixStream::pair()?;
        let _process = Process::start(ROLE, function, OwnedFd::from(far).into())?;
        let back = BufReader::with_capacity(BUFFER, link.try_clone()?);
        Ok(Self { out: BufWriter::with_capacity(BUFFER, link), back, has: 0, _process })
    }

    /// Sends numbers.
    fn give(&mut self, numbers: std::ops::Range<u64>) -> io::Result<()> {
        self.has = numbers.end - numbers.start;
        for number in numbers {
            put(&mut self.out, number)?;
        }
        self.out.flush()
    }

    /// Waits for all that it has and sums it up.
    fn take(&mut self) -> io::Result<u64> {
        let mut sum = 0_u64;
        for _ in 0..std::mem::take(&mut self.has) {
            sum = sum.wrapping_add(take(&mut self.back)?);
        }
        Ok(sum)
    }
}

/// Writes a number behind its length, as a pool would that knows nothing of its items.
fn put(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&(size_of::<u64>() as u32).to_le_bytes())?;
    out.write_all(&number.to_le_bytes())
}

fn take(back: &mut impl Read) -> io::Result<u64> {
    let (mut length, mut number) = ([0; size_of::<u32>()], [0; size_of::<u64>()]);
    back.read_exact(&mut length)?;
    if u32::from_le_bytes(length) as usize != number.len() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    back.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

pub(super) fn serve(function: &str) -> io::Result<()> {
    let function = work::named(function).ok_or(io::ErrorKind::InvalidInput)?;
    let link = UnixStream::from(stdin().as_fd().try_clone_to_owned()?);
    let mut out = BufWriter::with_capacity(BUFFER, link.try_clone()?);
    let mut back = BufReader::with_capacity(BUFFER, link);
    loop {
        // What is done goes back before this waits.
        if back.buffer().is_empty() {
            out.flush()?;
        }
        put(&mut out, function(take(&mut back)?))?;
    }
}
