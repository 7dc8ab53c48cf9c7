//! Mail servers that answer as none should, against the built program: the letters are out, the code
//! says that nobody was told, and it costs no more than the timeout.

use std::fs;
use std::time::Instant;

use super::check_time;
use crate::mail::Server;
use crate::program::Night;

const MODES: [&str; 7] = ["drip", "endless", "long", "half", "hung", "continued", "slow"];

#[test]
fn a_mail_server_that_answers_without_end_or_by_halves_costs_no_more_than_the_timeout() {
    let evening = Night::new(5);
    for mode in MODES {
        let (night, server) = (evening.copy(), Server::start(mode));
        let config = server.config_for(&["o@example.org"], "timeout_seconds = 2");
        let text = fs::read_to_string(&config).unwrap().replace("\"starttls\"", "\"plain\"");
        let lines = text.lines().filter(|line| !line.starts_with("ca_file"));
        fs::write(&config, lines.collect::<Vec<_>>().join("\n")).unwrap();

        let started = Instant::now();
        let answer = night.ask_with(&config, &["run"]);
        check_time(started);
        assert_eq!(answer.code, 5, "{mode}: {}{}", answer.stdout, answer.stderr);
        assert!(answer.stderr.lines().all(|line| line.len() < 1_000), "{mode}");
        let done = night.data().join("outbox/rehearsal-2500001/rehearsal-2500001.done");
        assert!(done.is_file(), "{mode}: the letters are out");
    }
}
