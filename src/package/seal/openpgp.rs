//! OpenPGP, by stock `gpg` as a process of its own with a home of its own: it reads no key ring, no
//! configuration and no agent of whoever runs us. Plain bytes go in and cipher bytes come out while
//! a part is packed, so that nothing plain is on a disk and memory is bounded.
//!
//! The crate `pgp` would bring some 55 more, second versions of two that are here among them, and
//! leaves expiry, revocation and the uses of a key to whoever calls it.
//!
//! What is written is what vendors' gpg 2.2 and sq read: RFC 4880, AES-256, integrity protected, not
//! compressed.

use std::fs;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

use camino::Utf8Path;
use tempfile::TempDir;

use crate::base::plain;

/// So much of what `gpg` says is kept, in bytes.
const HEARD: u64 = 8_000;

/// Whether a text is the public key of somebody.
pub(super) fn is_public_key(text: &str) -> bool {
    text.contains("-----BEGIN PGP PUBLIC KEY BLOCK-----")
}

/// Proves that `gpg` can seal to a key today: that it is one key, neither expired nor revoked, and
/// made for that.
///
/// # Errors
/// What is wrong with it, in `gpg`'s words where it is `gpg` that says so.
pub(super) fn prove(key: &str) -> Result<(), String> {
    let no_home = |error: io::Error| error.to_string();
    let (home, files) = home(&[key]).map_err(no_home)?;
    let mut show = gpg(&home);
    show.args(["--with-colons", "--show-keys"]).arg(&files[0]);
    let shown = show.output().map_err(|error| format!("cannot start `gpg`: {error}"))?;
    let keys = String::from_utf8_lossy(&shown.stdout)
        .lines()
        .filter(|line| line.starts_with("pub:"))
        .count();
    if keys != 1 {
        return Err(format!("it holds {keys} keys, and one is needed"));
    }

    // Nothing but sealing shows whether it can be sealed to.
    let sealing = Sealing::new(&[key.to_owned()], io::sink()).map_err(no_home)?;
    sealing.finish().map(drop).map_err(no_home)
}

/// A `gpg` that encrypts what is written to it.
pub(super) struct Sealing<W> {
    gpg: Child,
    plain: Option<ChildStdin>,
    cipher: Option<JoinHandle<io::Result<W>>>,
    said: Option<JoinHandle<String>>,
    /// Where the keys are while it runs.
    _home: TempDir,
}

impl<W: Write + Send + 'static> Sealing<W> {
    /// Starts it.
    pub fn new(keys: &[String], out: W) -> io::Result<Self> {
        let (home, files) = home(keys)?;
        let mut command = gpg(&home);
        command.args(["--rfc4880", "--cipher-algo", "AES256", "--compress-algo", "none"]);
        command.args(["--trust-model", "always", "--encrypt"]);
        for file in files {
            command.arg("--recipient-file").arg(file);
        }
        command.args(["--output", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut gpg = command.stderr(Stdio::piped()).spawn()?;

        let (stdin, stdout, stderr) = (gpg.stdin.take(), gpg.stdout.take(), gpg.stderr.take());
        Ok(Self {
            gpg,
            plain: stdin,
            cipher: stdout.map(|stdout| thread::spawn(move || pump(stdout, out))),
            said: stderr.map(|stderr| thread::spawn(move || listen(stderr))),
            _home: home,
        })
    }

    /// Ends the message and gives back where it went.
    pub fn finish(mut self) -> io::Result<W> {
        self.end()
    }

    /// Waits for the end. The disk's own reason comes before that of a `gpg` that could not write.
    fn end(&mut self) -> io::Result<W> {
        drop(self.plain.take());
        let out = self.cipher.take().map(JoinHandle::join);
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        let status = self.gpg.wait()?;

        match out {
            Some(Ok(Ok(out))) if status.success() => Ok(out),
            Some(Ok(Err(error))) => Err(error),
            _ => Err(io::Error::other(format!("`gpg` failed: {said}"))),
        }
    }
}

impl<W: Write + Send + 'static> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.plain.as_mut().map(|plain| plain.write(bytes));
        match written {
            Some(Ok(written)) => Ok(written),
            Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            // It has ended: the reason is behind it.
            _ => Err(self.end().err().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W> Drop for Sealing<W> {
    fn drop(&mut self) {
        // Of one that has ended nothing is left to stop.
        let _ = self.gpg.kill();
        let _ = self.gpg.wait();
    }
}

/// Takes the cipher bytes to where they belong.
fn pump<W: Write>(mut cipher: ChildStdout, mut out: W) -> io::Result<W> {
    io::copy(&mut cipher, &mut out)?;
    Ok(out)
}

/// Listens to the end, and keeps the beginning of what says something.
fn listen(mut stderr: ChildStderr) -> String {
    let mut heard = Vec::new();
    let _ = stderr.by_ref().take(HEARD).read_to_end(&mut heard);
    let _ = io::copy(&mut stderr, &mut io::sink());
    let heard = String::from_utf8_lossy(&heard);
    let lines = heard.lines().filter(|line| !line.ends_with("created"));
    plain::quoted(&lines.collect::<Vec<_>>().join(" "))
}

/// A home with the keys in it, and their files.
fn home(keys: &[impl AsRef<str>]) -> io::Result<(TempDir, Vec<String>)> {
    let home = tempfile::Builder::new().prefix("breachpost-gpg-").tempdir()?;
    let path = Utf8Path::from_path(home.path()).ok_or(io::ErrorKind::InvalidFilename)?;
    let mut files = Vec::new();
    for (place, key) in keys.iter().enumerate() {
        let file = path.join(format!("recipient-{}.asc", place + 1));
        fs::write(&file, key.as_ref())?;
        files.push(file.into_string());
    }
    Ok((home, files))
}

/// `gpg` with nothing of whoever runs it.
fn gpg(home: &TempDir) -> Command {
    let mut command = Command::new("gpg");
    command.env_clear().env("LC_ALL", "C");
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.arg("--homedir").arg(home.path());
    command.args(["--no-options", "--batch", "--no-tty", "--no-autostart"]);
    command
}
