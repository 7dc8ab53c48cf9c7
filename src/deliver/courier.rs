//! A command of the operator's that takes a file off the machine. No shell is asked, so that no
//! name is ever a command.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::base::plain;

/// How often the command is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(20);
/// So much of what it says on standard error is kept.
const HEARD: usize = 2_000;
/// What it left running may hold on to standard error; nobody waits for that.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Why a file is still here only.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum CourierError {
    /// The program cannot be started.
    #[error("cannot start `{program}`")]
    Start { program: String, source: io::Error },
    /// It said that it failed.
    #[error("`{program}` ended with {how}{}", words(.said))]
    Failed {
        program: String,
        /// An exit code or a signal.
        how: String,
        /// What it said on standard error, on one line.
        said: String,
    },
    /// It did not end in time.
    #[error("`{program}` was stopped after {seconds} seconds{}", words(.said))]
    TooSlow {
        program: String,
        /// The seconds it had.
        seconds: u64,
        /// What it said on standard error, on one line.
        said: String,
    },
}

fn words(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

/// Runs `command` with `file` as its last argument, and waits until it has ended. `command` has a
/// program.
///
/// # Errors
/// [`CourierError`] when it cannot be started, ends with anything but 0, or is not done after
/// `patience`; whatever it started is stopped with it then.
pub fn hand_over(
    command: &[String],
    file: &Utf8Path,
    patience: Duration,
) -> Result<(), CourierError> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let mut courier = Command::new(program);
    courier
        .args(arguments)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());

    let started = courier.process_group(0).spawn();
    let mut child =
        started.map_err(|source| CourierError::Start { program: program.clone(), source })?;
    let said = listen(&mut child);

    let ended = wait(&mut child, patience);
    if !matches!(ended, Ok(Some(_))) {
        stop(&mut child);
    }

    let said = said.recv_timeout(LAST_WORDS).unwrap_or_default();
    let program = program.clone();
    match ended {
        Ok(Some(status)) if status.success() => Ok(()),
        Ok(Some(status)) => Err(CourierError::Failed { program, how: how(status), said }),
        Ok(None) => Err(CourierError::TooSlow { program, seconds: patience.as_secs(), said }),
        Err(source) => Err(CourierError::Start { program, source }),
    }
}

fn wait(child: &mut Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + patience;
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() >= end {
            return Ok(status);
        }
        thread::sleep(PAUSE);
    }
}

/// Stops the command and whatever it started.
fn stop(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // It may have ended by itself meanwhile.
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    let _ = child.kill();
    let _ = child.wait();
}

/// Listens to the end, and keeps the beginning.
fn listen(child: &mut Child) -> mpsc::Receiver<String> {
    let (tell, said) = mpsc::channel();
    if let Some(mut stderr) = child.stderr.take() {
        thread::spawn(move || {
            let (mut heard, mut chunk) = (Vec::new(), [0; 1 << 12]);
            while let Ok(read @ 1..) = stderr.read(&mut chunk) {
                let room = HEARD.saturating_sub(heard.len()).min(read);
                heard.extend_from_slice(&chunk[..room]);
            }
            // Nobody may be waiting any more.
            let _ = tell.send(plain::quoted(&String::from_utf8_lossy(&heard)));
        });
    }

    said
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(command: &[&str], patience: Duration) -> Result<(), CourierError> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        hand_over(&command, Utf8Path::new("a file; exit 7"), patience)
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn the_file_is_the_last_argument_and_no_shell_reads_it() {
        ask(&["sh", "-c", "test $# = 1 && test \"$1\" = 'a file; exit 7'", "x"], LONG).unwrap();
    }

    #[test]
    fn what_fails_is_said_on_one_line() {
        let error = ask(&["sh", "-c", "printf 'no\\033[2J\\nroom' >&2; exit 3"], LONG)
            .unwrap_err()
            .to_string();
        assert_eq!(error, "`sh` ended with exit code 3: no\\u{1b}[2J room");
        assert!(matches!(ask(&["/nowhere/at-all"], LONG), Err(CourierError::Start { .. })));
        let killed = ask(&["sh", "-c", "kill -9 $$"], LONG).unwrap_err().to_string();
        assert_eq!(killed, "`sh` ended with signal 9");
    }

    #[test]
    fn a_command_without_end_is_stopped_with_what_it_started() {
        let began = Instant::now();
        let slow = ask(&["sh", "-c", "sleep 600 & sleep 600"], Duration::from_millis(200));
        assert!(matches!(slow, Err(CourierError::TooSlow { .. })));
        let talks = ask(&["sh", "-c", "yes no >&2"], Duration::from_millis(200));
        assert!(matches!(talks, Err(CourierError::TooSlow { .. })));
        assert!(began.elapsed() < LONG);
    }
}
