//! The stop file: `outbox/STOP`. Whoever publishes reads it first; a file that cannot be read stops
//! everything.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::StopScope;
use crate::base::{data_dir, durable};
use crate::record::error::RecordError;
use crate::record::files;

/// Its name in the outbox.
const FILE: &str = "STOP";

/// The largest stop file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// One stop in the file. Enough for whoever finds it without the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Noted {
    pub date: Date,
    pub by: String,
    pub reason: String,
    pub scope: StopScope,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    stops: Vec<Noted>,
}

pub(super) fn path(data_dir: &Utf8Path) -> Utf8PathBuf {
    data_dir::outbox(data_dir).join(FILE)
}

/// What the file says; nothing when there is none.
pub(super) fn read(data_dir: &Utf8Path) -> Result<Vec<Noted>, RecordError> {
    let path = path(data_dir);
    if !files::is_there(&path)? {
        return Ok(Vec::new());
    }

    let text = durable::read_text(&path, LONGEST).map_err(files::failed("read", &path))?;
    let content: Content =
        serde_json::from_str(&text).map_err(|_| RecordError::StopFile { path: path.clone() })?;
    Ok(content.stops)
}

/// Adds a stop, where it is not there.
pub(super) fn add(data_dir: &Utf8Path, stop: Noted) -> Result<(), RecordError> {
    let mut stops = read(data_dir)?;
    if stops.iter().all(|known| known.scope != stop.scope) {
        stops.push(stop);
        write(data_dir, stops)?;
    }
    Ok(())
}

/// Takes a stop out; the file goes with the last one.
pub(super) fn take_out(data_dir: &Utf8Path, scope: StopScope) -> Result<(), RecordError> {
    let mut stops = read(data_dir)?;
    stops.retain(|stop| stop.scope != scope);
    if !stops.is_empty() {
        return write(data_dir, stops);
    }

    files::remove(&path(data_dir))?;
    files::sync_folder(&data_dir::outbox(data_dir))
}

fn write(data_dir: &Utf8Path, mut stops: Vec<Noted>) -> Result<(), RecordError> {
    stops.sort_by_key(|stop| stop.scope);
    let path = path(data_dir);
    files::make_folder(&data_dir::outbox(data_dir))?;
    let text = serde_json::to_string_pretty(&Content { stops })
        .map_err(|error| files::failed("write", &path)(error.into()))?;
    files::replace(&path, (text + "\n").as_bytes())
}
