//! OpenSSH's client as a process. It trusts the host keys of one file and shows one key; what the
//! account, the machine or an agent would add is shut out.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use camino::Utf8Path;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::SftpError;
use crate::base::{FileError, durable, plain};
use crate::config::TransferSettings;

/// The largest file of host keys that is read, in bytes.
const LONGEST: u64 = 1 << 20;
/// So much of what `ssh` says is kept, in bytes.
const HEARD: usize = 8_000;
/// It may take so long to say why it ends.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What no configuration may change: the first value that `ssh` meets counts, and these come first.
const FIXED: [&str; 18] = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "GlobalKnownHostsFile=none",
    "KnownHostsCommand=none",
    "UpdateHostKeys=no",
    "VerifyHostKeyDNS=no",
    "CheckHostIP=no",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "PreferredAuthentications=publickey",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "PermitLocalCommand=no",
    "ControlPath=none",
    "EscapeChar=none",
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
];

/// A running client. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Client {
    child: Child,
    said: Arc<Mutex<Vec<u8>>>,
}

/// Looks at the files that the settings name, before anybody is called.
pub(super) fn check_files(settings: &TransferSettings) -> Result<(), SftpError> {
    let key = &settings.key_file;
    let wrong = |problem| SftpError::KeyFile { path: key.clone(), problem };
    let metadata = match fs::metadata(key) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(wrong("does not exist"));
        }
        found => found.map_err(FileError::at("read", key))?,
    };
    if !metadata.is_file() {
        return Err(wrong("is not a file"));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(wrong("can be read by other users"));
    }

    let known = &settings.known_hosts;
    let text = durable::read_text(known, LONGEST).map_err(FileError::at("read", known))?;
    let is_key = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    if text.lines().any(is_key) {
        Ok(())
    } else {
        Err(SftpError::NoHostKey { path: known.clone() })
    }
}

impl Client {
    /// Calls the server and asks for SFTP. In a runtime.
    pub fn start(
        settings: &TransferSettings,
    ) -> Result<(Self, ChildStdin, ChildStdout), SftpError> {
        let mut command = Command::new("ssh");
        command.env_clear().env("LC_ALL", "C");
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.args(words(settings)).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());

        let mut child = command.spawn().map_err(SftpError::Start)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(SftpError::Start(io::ErrorKind::BrokenPipe.into()));
        };

        let said = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(listen(stderr, Arc::clone(&said)));
        Ok((Self { child, said }, stdin, stdout))
    }

    /// What it said so far, on one line, once it has had a moment to end.
    pub async fn last_words(&mut self) -> String {
        let _ = timeout(LAST_WORDS, self.child.wait()).await;
        let heard = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = String::from_utf8_lossy(&heard);
        let lines = heard.lines().filter(|line| !line.starts_with("@@@"));
        let said = plain::quoted(&lines.collect::<Vec<_>>().join(" "));
        if said.is_empty() { "`ssh` gave no reason".to_owned() } else { said }
    }
}

/// Listens to the end, and keeps the beginning.
async fn listen(mut stderr: ChildStderr, said: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 1 << 10];
    while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        let room = HEARD.saturating_sub(said.len()).min(read);
        said.extend_from_slice(&chunk[..room]);
    }
}

/// The words behind `ssh`.
fn words(settings: &TransferSettings) -> Vec<String> {
    // `ssh` replaces what begins with a percent sign, and parts words at blanks.
    let quoted = |path: &Utf8Path| format!("\"{}\"", path.as_str().replace('%', "%%"));
    let config = settings.ssh_config.as_ref().map_or("none", |path| path.as_str());
    let mut words = vec!["-F".to_owned(), config.to_owned()];

    let own = [
        format!("UserKnownHostsFile={}", quoted(&settings.known_hosts)),
        format!("IdentityFile={}", quoted(&settings.key_file)),
        format!("ConnectTimeout={}", settings.timeout_seconds),
        format!("User={}", settings.user),
        format!("Port={}", settings.port),
    ];
    let options = FIXED.map(str::to_owned).into_iter().chain(own);
    words.extend(options.flat_map(|option| ["-o".to_owned(), option]));

    words.extend(["-s".to_owned(), settings.host.clone(), "sftp".to_owned()]);
    words
}

/// Why no SFTP came of a call, by what `ssh` said.
pub(super) fn reason(settings: &TransferSettings, said: String) -> SftpError {
    let host = settings.host.clone();
    if said.contains("Host key verification failed") || said.contains("HAS CHANGED") {
        return SftpError::HostKey { host, known_hosts: settings.known_hosts.clone() };
    }
    if said.contains("Permission denied") || said.contains("Too many authentication failures") {
        return SftpError::Denied { host, said };
    }
    SftpError::Unreachable { host, said }
}
