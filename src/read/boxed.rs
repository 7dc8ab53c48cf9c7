//! Decoders of other people's formats, each in a process of its own that has no rights, little
//! memory and little time ([`confine`]). It gets the bytes of a file and says what is in them; what
//! it says is data, and is looked at like a CSV file's.
//!
//! The process is this program again. Where the library is used by something else, which cannot be
//! started so, a thread does the same without the limits.

use std::io::{self, BufWriter, Read, Write, pipe};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus as Ended, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use camino::Utf8Path;
use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};

use super::error::ReadError;
use super::guard::guarded;
use super::{parquet_file, workbook};
use crate::base::confine::{self, ProcessLimits, Rights};
use crate::base::{ExitStatus, process};
use crate::config::InputFormat;
use crate::field::row::List;

/// The word by which this program is started to decode a file; behind it, who watches.
pub const WORD: &str = "--decode-for";

const FAILED: &str = "its decoder failed";

/// Most bytes that are said at once.
const MOST_SAID: u32 = 64 << 20;

/// Whether this program can be started again to decode.
static PROGRAM: AtomicBool = AtomicBool::new(false);

/// From here on, files are decoded in processes: the program that is running knows [`WORD`].
pub fn start_processes() {
    PROGRAM.store(true, Ordering::Relaxed);
}

/// What is wanted of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Wish {
    /// The rows of a Parquet file.
    Parquet(List, InputFormat),
    /// The columns of one, whatever they are.
    ParquetNames,
    /// The rows of a workbook.
    Workbook(InputFormat),
    /// The first row of one that has something in it.
    WorkbookNames(InputFormat),
}

/// What a decoder says beside cells.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Said {
    /// The columns' headers, and how many rows there are.
    Columns(Vec<String>, u32),
    /// More rows than can be counted.
    TooManyRows,
    /// A column has a type in which it is not read.
    ColumnType(String, String),
    /// A workbook's sheet: rows of which cells are merged (first, last; from 0), whether its
    /// formulas are still to be calculated, whether it counts days from 1904.
    Sheet { merged: Vec<(u32, u32)>, recalculates: bool, from_1904: bool },
    /// What is worth knowing about the file.
    Notes(Vec<String>),
    /// The file is not read: why, and what to do about it.
    Problem(String, String),
    /// That was all.
    End,
}

/// A piece of what a decoder says.
pub(super) enum Piece {
    Said(Said),
    /// Cells, in the form of their format.
    Cells(Vec<u8>),
}

/// Where a decoder says what it finds.
pub(super) struct Teller<'o>(BufWriter<Box<dyn Write + 'o>>);

impl<'o> Teller<'o> {
    fn new(out: impl Write + 'o) -> Self {
        Self(BufWriter::with_capacity(1 << 16, Box::new(out)))
    }

    pub(super) fn say(&mut self, said: &Said) -> io::Result<()> {
        self.piece(0, &serde_json::to_vec(said)?)
    }

    pub(super) fn cells(&mut self, cells: &[u8]) -> io::Result<()> {
        self.piece(1, cells)
    }

    fn piece(&mut self, kind: u8, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).ok().filter(|length| *length <= MOST_SAID);
        let length = length.ok_or(io::ErrorKind::FileTooLarge)?;
        self.0.write_all(&[kind])?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(bytes)
    }
}

/// Does what is wanted of a file.
fn decode(wish: &Wish, bytes: Vec<u8>, out: impl Write) -> io::Result<()> {
    let mut teller = Teller::new(out);
    let told = guarded(
        || match wish {
            Wish::Parquet(list, format) => parquet_file::tell(bytes, *list, format, &mut teller),
            Wish::ParquetNames => parquet_file::tell_names(bytes, &mut teller),
            Wish::Workbook(format) => workbook::tell(&bytes, format, &mut teller),
            Wish::WorkbookNames(format) => workbook::tell_names(&bytes, format, &mut teller),
        },
        || io::ErrorKind::Other.into(),
    );

    match told {
        // A row that no list has, or a decoder that failed.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            teller.say(&Said::Problem(FAILED.to_owned(), "ask for the file again".to_owned()))?;
        }
        told => told?,
    }

    teller.say(&Said::End)?;
    teller.0.flush()
}

/// The other side: what this program does when it was started to decode.
#[must_use]
pub fn serve(watcher: &str) -> ExitStatus {
    if !watcher.parse().is_ok_and(process::ends_with) {
        return ExitStatus::Usage;
    }

    let decode = || {
        let mut input = io::stdin().lock();
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let mut wish = Vec::new();
        input.by_ref().take(u32::from_le_bytes(length).into()).read_to_end(&mut wish)?;
        let wish: Wish = serde_json::from_slice(&wish)?;
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;

        confine::enter(ProcessLimits::of(bytes.len() as u64), Rights::Nothing);
        decode(&wish, bytes, io::stdout().lock())
    };

    // Whoever asked has heard what there was to say.
    if decode().is_ok() { ExitStatus::Done } else { ExitStatus::Stopped }
}

/// Decodes a file. `each` is given what is said, piece by piece, and says whether it wants more.
pub(super) fn hear<E>(
    wish: &Wish,
    bytes: Vec<u8>,
    file: &Utf8Path,
    mut each: impl FnMut(Piece) -> Result<bool, E>,
) -> Result<(), E>
where
    E: From<ReadError>,
{
    let failed = |problem: &str| {
        let (file, problem) = (file.to_owned(), problem.to_owned());
        E::from(ReadError::Decoder { file, problem })
    };
    // Where cells are short, their lengths are most of what is said.
    let most = (32 << 20) + 128 * bytes.len() as u64;

    if PROGRAM.load(Ordering::Relaxed) {
        let mut child = start().map_err(|_| failed("no process can be started for it"))?;
        let heard = thread::scope(|scope| {
            let input = child.stdin.take();
            scope.spawn(move || input.map(|input| send(input, wish, &bytes)));
            let heard = child
                .stdout
                .take()
                .map_or(Ok(Heard::Cut), |said| listen(said.take(most), &mut each));
            // Whoever still writes to a process that is gone is told so.
            if !matches!(heard, Ok(Heard::Cut)) {
                let _ = child.kill();
            }
            heard
        });
        let ended = child.wait();
        return match (heard?, ended) {
            (Heard::Cut, Ok(ended)) => Err(failed(cause(ended))),
            (Heard::Cut, Err(_)) => Err(failed(FAILED)),
            _ => Ok(()),
        };
    }

    let (said, out) = pipe().map_err(|_| failed("no pipe can be had for it"))?;
    let heard = thread::scope(|scope| {
        // The threads of the usual pool may all be waiting here for what is said.
        let own = ThreadPoolBuilder::new().num_threads(1).build();
        scope.spawn(move || own.map(|own| own.install(|| decode(wish, bytes, out))));
        listen(said.take(most), &mut each)
    });
    match heard? {
        Heard::Cut => Err(failed(FAILED)),
        _ => Ok(()),
    }
}

/// The names that a decoder finds; for a look at a file that cannot be read.
pub(super) fn names(wish: &Wish, bytes: Vec<u8>, file: &Utf8Path) -> Option<Vec<String>> {
    let mut found = None;
    hear::<ReadError>(wish, bytes, file, |piece| {
        if let Piece::Said(Said::Columns(names, _)) = piece {
            found = Some(names);
        }
        Ok(true)
    })
    .ok()?;
    found
}

fn start() -> io::Result<Child> {
    let mut process = Command::new("/proc/self/exe");
    process.args([WORD, &std::process::id().to_string()]).env_clear();
    let kept = [confine::LOWER_LIMITS, "RAYON_NUM_THREADS"];
    process.envs([confine::COUNTED_MEMORY]);
    process.envs(kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
}

fn send(mut input: impl Write, wish: &Wish, bytes: &[u8]) -> io::Result<()> {
    let wish = serde_json::to_vec(wish)?;
    let length = u32::try_from(wish.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    input.write_all(&length.to_le_bytes())?;
    input.write_all(&wish)?;
    input.write_all(bytes)
}

/// How what was said ended.
enum Heard {
    /// With its end.
    All,
    /// Nobody wanted more.
    Enough,
    /// In the middle.
    Cut,
}

fn listen<E, R: Read>(
    mut said: R,
    each: &mut impl FnMut(Piece) -> Result<bool, E>,
) -> Result<Heard, E> {
    loop {
        let Ok(piece) = piece(&mut said) else { return Ok(Heard::Cut) };
        if matches!(piece, Piece::Said(Said::End)) {
            return Ok(Heard::All);
        }
        if !each(piece)? {
            return Ok(Heard::Enough);
        }
    }
}

fn piece(said: &mut impl Read) -> io::Result<Piece> {
    let mut head = [0; 5];
    said.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = u32::from_le_bytes(length);
    if length > MOST_SAID {
        return Err(io::ErrorKind::InvalidData.into());
    }

    let mut bytes = Vec::new();
    said.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != u64::from(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(if kind == 0 { Piece::Said(serde_json::from_slice(&bytes)?) } else { Piece::Cells(bytes) })
}

fn cause(ended: Ended) -> &'static str {
    if confine::is_out_of_time(ended) {
        "decoding it takes more time than any list of its size"
    } else if ended.signal().is_some() {
        "its decoder failed, or takes more memory than any list of its size"
    } else {
        // What it said was more than anybody listens to.
        "it unpacks to more data than any list of its size"
    }
}

/// Texts one behind the other, each with its length in front.
pub(super) fn put(into: &mut Vec<u8>, text: &str) {
    // A text of 4 GiB is not said at all: see `Teller::piece`.
    into.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    into.extend_from_slice(text.as_bytes());
}

/// Takes what [`put`] has put. `None`: it is not there.
pub(super) fn take<'b>(from: &mut &'b [u8]) -> Option<&'b str> {
    let length = number(from)?;
    let (text, rest) = from.split_at_checked(usize::try_from(length).ok()?)?;
    *from = rest;
    std::str::from_utf8(text).ok()
}

/// A number of four bytes, the lowest first.
pub(super) fn number(from: &mut &[u8]) -> Option<u32> {
    let (number, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken_and_nothing_behind_it() {
        let mut bytes = Vec::new();
        for text in ["", "é", "two words"] {
            put(&mut bytes, text);
        }
        let mut rest = bytes.as_slice();
        let taken: Vec<&str> = std::iter::from_fn(|| take(&mut rest)).collect();
        assert_eq!(taken, ["", "é", "two words"]);
        assert_eq!(take(&mut &bytes[..3]), None);
        assert_eq!(take(&mut &[1, 0, 0, 0, 0xff][..]), None, "no UTF-8");
    }

    #[test]
    fn what_ends_in_the_middle_or_never_is_cut() {
        let mut said = Vec::new();
        {
            let mut teller = Teller::new(&mut said);
            teller.say(&Said::TooManyRows).unwrap();
            teller.say(&Said::End).unwrap();
            teller.0.flush().unwrap();
        }
        let heard = |bytes: &[u8]| {
            let mut pieces = 0;
            let heard = listen::<ReadError, _>(bytes, &mut |_| {
                pieces += 1;
                Ok(true)
            });
            (matches!(heard, Ok(Heard::All)), pieces)
        };
        assert_eq!(heard(&said), (true, 1));
        for end in 0..said.len() {
            assert!(!heard(&said[..end]).0, "{end} bytes");
        }
        assert_eq!(heard(&[1, 0xff, 0xff, 0xff, 0xff]), (false, 0), "more than may be said");
    }
}
