//! A small process watches over each run: when that dies of a lack of memory, of a defect or of a
//! signal, somebody is left to tell, and the exit code says what left the building.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command as Process, ExitStatus as Ended};
use std::thread;

use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::args::{Args, Command};
use super::output::Failure;
use super::session::{Session, configuration};
use super::stop::Stop;
use super::{ExitStatus, logging};
use crate::base::process;
use crate::run::crash;
use crate::run::outcome::Ending;

/// Lets another process of the same program do the run and tells what it could not tell itself.
/// `None`: the command is no run, or no second process can be had; then this one does it alone.
pub(super) fn over(args: &Args) -> Option<ExitStatus> {
    if !matches!(args.command, Command::Run { .. } | Command::Plan { plan: None, .. }) {
        return None;
    }

    let started = Timestamp::now();
    let mut run = spawn().ok()?;
    pass_on_signals(&run);
    let ended = run.wait().ok()?;

    Some(
        ended
            .code()
            .and_then(ExitStatus::from_code)
            .unwrap_or_else(|| crashed(args, ended, started)),
    )
}

fn spawn() -> std::io::Result<Child> {
    let mut words = std::env::args_os();
    let name = words.next().unwrap_or_else(|| "breachpost".into());
    // The program that is running, also when another one has taken its name meanwhile.
    let mut process = Process::new("/proc/self/exe");
    process.arg0(name).args(words).args(["--watched-by", &std::process::id().to_string()]);
    process.envs([process::RETURNED_MEMORY]);
    process.spawn()
}

/// Whoever ends us ends the run, and hears of it. Where memory lacks even for a thread, a signal
/// ends both of us at once.
fn pass_on_signals(run: &Child) {
    let Some(run) = i32::try_from(run.id()).ok().and_then(Pid::from_raw) else { return };
    let pass_on = move || {
        let Ok(mut signals) = Signals::new([SIGTERM, SIGINT, SIGHUP]) else { return };
        for _ in signals.forever() {
            let _ = kill_process(run, Signal::TERM);
        }
    };
    // `thread::spawn` would panic, and leave the run without anybody who watches it.
    let _ = thread::Builder::new().spawn(pass_on);
}

fn crashed(args: &Args, ended: Ended, started: Timestamp) -> ExitStatus {
    // A configuration that cannot be read any more: the run that could read it is gone, and so are
    // its words.
    let Ok(config) = configuration(args) else { return ExitStatus::Stopped };
    let run_date = args.date.unwrap_or_else(|| jiff::Zoned::now().date());
    logging::start(Some(&config.data_dir), run_date, args.verbose);
    let standing = crash::standing(&config, started);
    let status = if standing.is_out { ExitStatus::PartPublished } else { ExitStatus::Stopped };
    let failure =
        Failure { status, causes: vec![cause(ended)], hint: Some(hint(ended).to_owned()) };
    let stop =
        Stop { failure, ending: Ending::Crashed, job: standing.job, in_use: false, quiet: None };

    Session { args, config: &config, run_date }.stopped(&stop, started)
}

fn cause(ended: Ended) -> String {
    match (ended.signal(), ended.code()) {
        (Some(6), _) => {
            "the run was aborted: no memory was left, or the program failed (signal 6)".to_owned()
        }
        (Some(9), _) => {
            "the run was killed (signal 9), perhaps because no memory was left".to_owned()
        }
        (Some(signal), _) => format!("the run was ended by signal {signal}"),
        (None, Some(code)) => {
            format!("the run ended with code {code}, which is not one of this program's exit codes")
        }
        (None, None) => "the run ended in an unknown way".to_owned(),
    }
}

fn hint(ended: Ended) -> &'static str {
    match ended.signal() {
        Some(6 | 9) => {
            "look for `out of memory` in the system log, give the program more memory, and run again"
        }
        _ => "run again: it continues where it stopped",
    }
}
