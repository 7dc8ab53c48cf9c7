//! Every approver hears of letters that one person released in an emergency.

use jiff::Timestamp;

use super::{MOST_TRIES, Teller, say, token};
use crate::approval::emergency::{self, ReleasedJob};
use crate::config::Mail;
use crate::deliver::email::{self, MailError};
use crate::deliver::mail_texts::MailTexts;
use crate::record::{Ledger, RecordError};
use crate::run::outcome::{self, MailFate, Outcome};

impl Teller<'_> {
    /// Tells the approvers of each release who have not heard of it: what was sent is in the
    /// outcomes of earlier runs, what was released is in the ledger.
    pub fn emergencies(&mut self, outcome: &mut Outcome, ledger: &Ledger) {
        match emergency::released(ledger, self.config) {
            Ok(released) if released.is_empty() => {}
            Ok(released) => {
                let earlier = outcome::all(&self.config.data_dir);

                for job in &released {
                    let last = earlier
                        .iter()
                        .rev()
                        .find_map(|earlier| earlier.emergencies.get(&job.job.job_name));
                    self.emergency(outcome, job, last);
                }
                self.write(outcome);
            }
            Err(error) => self.untellable(&error),
        }
    }

    /// Tells of one release; `last` is what became of the mail when it was tried last.
    fn emergency(&mut self, outcome: &mut Outcome, job: &ReleasedJob, last: Option<&MailFate>) {
        let approvers = self.config.approval.approvers.iter();
        let everybody: Vec<String> =
            approvers.filter_map(|approver| approver.mail.clone()).collect();
        let (to, tries) = match last {
            None => (everybody, 0),
            Some(fate) if fate.tries >= MOST_TRIES => return,
            Some(fate) => {
                let is_left = |to: &String| fate.unsent.contains(&token(to));
                (everybody.into_iter().filter(is_left).collect(), fate.tries)
            }
        };
        let Some(mail) = self.config.mail.as_ref().filter(|_| !to.is_empty()) else { return };

        let mail = Mail { to: to.clone(), ..mail.clone() };
        let sent = if self.is_deaf { Err(None) } else { post(&mail, job).map_err(Some) };
        let unsent: Vec<String> = match sent {
            Ok(failed) => failed,
            Err(error) => {
                self.is_deaf |= error.is_some_and(|error| !error.is_final());
                to
            }
        };

        self.failed |= !unsent.is_empty();
        let state = match unsent.len() {
            0 => "sent",
            left if left < mail.to.len() => "sent to some",
            _ => "failed",
        };
        let unsent = unsent.iter().map(|to| token(to)).collect();
        let fate = MailFate { state: state.to_owned(), error: None, unsent, tries: tries + 1 };
        outcome.emergencies.insert(job.job.job_name.clone(), fate);
    }

    fn untellable(&mut self, error: &RecordError) {
        self.failed = true;
        let failure = super::Failure::new(super::ExitStatus::Untold, error, None);
        super::output::failure(&failure);
    }
}

/// Sends the mail; the answer is who does not have it. Why is on standard error.
fn post(mail: &Mail, job: &ReleasedJob) -> Result<Vec<String>, MailError> {
    let about = format!("emergency\n{}", job.statement.hash());
    let sent = texts(job).map_err(MailError::from);

    let sent = sent.and_then(|texts| email::tell(mail, texts, &about, Timestamp::now()));
    match sent {
        Ok(posted) => {
            let refused = |(to, error)| {
                say(&error);
                to
            };
            Ok(posted.failed.into_iter().map(refused).collect())
        }
        Err(error) => {
            say(&error);
            Err(error)
        }
    }
}

fn texts(job: &ReleasedJob) -> Result<MailTexts, tera::Error> {
    let ReleasedJob { statement, release, .. } = job;
    let rehearsal = if statement.rehearsal { "REHEARSAL " } else { "" };
    let subject = format!(
        "{rehearsal}breachpost {}: job {} was released in an emergency by {}",
        statement.campaign, statement.job, release.name
    );

    let mut lines = vec![
        format!("{} released job {} alone on {}.", release.name, statement.job, release.date),
        format!("Why: {}", release.reason),
        format!("Letters: {}, dated {}", statement.letters.total, statement.run_date),
        String::new(),
    ];
    lines.push(if job.is_open() {
        format!(
            "A second person has to look at it and approve it afterwards, at the desk or with \
             `breachpost approve --job {}`.",
            statement.job
        )
    } else {
        "Somebody else has approved it since.".to_owned()
    });

    lines.push(format!("Statement: {}", statement.hash()));
    MailTexts::of_lines(&subject, &lines)
}
