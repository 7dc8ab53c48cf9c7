//! `stop`: letters are stopped, shown, and released by two people.

use camino::Utf8PathBuf;
use jiff::Timestamp;
use serde::Serialize;

use crate::base::durable;
use crate::base::plain::count;
use crate::base::{ExitStatus, Explain, logging};
use crate::cli::args::StopArgs;
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::deliver::email::{self, MailError};
use crate::deliver::mail_texts::MailTexts;
use crate::record::stops::{self, Lift, Stop, StopOrder, StopScope, StopTarget};
use crate::record::{Access, Home, Ledger};

/// The largest signature that is read, in bytes.
const LONGEST: u64 = 1 << 16;

/// `stop --json` without a scope.
#[derive(Serialize)]
struct InForce {
    stops: Vec<Stop>,
}

impl Session<'_> {
    pub(super) fn stop(&self, asked: &StopArgs) -> Result<ExitStatus, Failure> {
        if let Some(event) = asked.lift {
            return self.lift(event, asked.reason.as_deref(), &asked.signed);
        }

        let target = match asked {
            StopArgs { all: true, .. } => StopTarget::All,
            StopArgs { job: Some(job), .. } => StopTarget::Job(job),
            StopArgs { part: Some(part), .. } => StopTarget::Part(part),
            StopArgs { letter: Some(letter), .. } => StopTarget::Letter(letter),
            _ => return self.stops_in_force(),
        };
        let (Some(by), Some(reason)) = (&asked.by, &asked.reason) else {
            return Err(lacking("--by NAME and --reason TEXT"));
        };

        logging::keep();
        let ordered = stops::order(&Home::of(self.config), target, by, reason, self.run_date)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&ordered);
        } else {
            self.words_of(&ordered).iter().for_each(output::line);
        }
        Ok(self.mail_stop(&ordered))
    }

    /// Tells the people of the summary mail, each time that a stop is ordered: rather twice than
    /// not at all.
    fn mail_stop(&self, ordered: &StopOrder) -> ExitStatus {
        let Some(mail) = &self.config.mail else { return ExitStatus::Done };
        let stop = &ordered.stop;
        let campaign = &self.config.campaign;
        let subject = format!("STOP: {}, campaign {campaign}", stop.scope);
        let mut lines = vec![
            format!("breachpost, campaign {campaign}"),
            format!("Stopped on {} by {}: {}", stop.date, stop.by, stop.reason),
            String::new(),
        ];
        lines.extend(self.words_of(ordered));

        let about = format!("{campaign}\nstop {}", stop.event);
        let sent = MailTexts::of_lines(&subject, &lines)
            .map_err(MailError::from)
            .and_then(|texts| email::tell(mail, texts, &about, Timestamp::now()));
        match sent {
            Ok(posted) if posted.failed.is_empty() => ExitStatus::Done,
            Ok(posted) => {
                let failures = posted.failed.iter();
                failures.for_each(|(_, error)| output::failure(&untold(error)));
                ExitStatus::Untold
            }
            Err(error) => {
                output::failure(&untold(&error));
                ExitStatus::Untold
            }
        }
    }

    /// What was done, and what has to be said.
    fn words_of(&self, ordered: &StopOrder) -> Vec<String> {
        let again = if ordered.was_in_force { ", as it was before" } else { "" };
        let mut lines = vec![format!("stopped   {}{again}", ordered.stop.scope)];
        let kept = ordered.kept.iter();
        lines.extend(kept.map(|job| format!("kept      {job} has not left, and does not leave")));
        if ordered.orders.is_empty() {
            return lines;
        }

        lines.extend(ordered.orders.iter().map(|order| format!("order     {order}")));
        lines.push(format!(
            "call      {}: {} may be with the vendor; do not wait for an answer to the order",
            self.config.vendor.contact,
            count(ordered.pieces, "piece", "pieces")
        ));
        lines.extend(telephone(ordered).map(|words| format!("say       {words}")));
        lines
    }

    fn stops_in_force(&self) -> Result<ExitStatus, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        let stops = ledger.stops().map_err(|error| record_failure(&error))?;
        if self.args.json {
            output::json(&InForce { stops });
            return Ok(ExitStatus::Done);
        }

        for stop in &stops {
            output::line(format_args!(
                "stop {:>4}  {}  {}, by {}: {}",
                stop.event, stop.date, stop.scope, stop.by, stop.reason
            ));
        }
        if stops.is_empty() {
            output::line("nothing is stopped");
        }
        Ok(ExitStatus::Done)
    }

    fn lift(
        &self,
        event: u64,
        reason: Option<&str>,
        signed: &[Utf8PathBuf],
    ) -> Result<ExitStatus, Failure> {
        let reason = reason.ok_or_else(|| lacking("--reason TEXT"))?;
        let home = Home::of(self.config);
        if signed.is_empty() {
            let text =
                stops::text_for(&home, event, reason).map_err(|error| Failure::of(&error))?;
            output::line(text.trim_end());
            return Ok(ExitStatus::Done);
        }

        let signatures = signed.iter().map(signature).collect::<Result<Vec<_>, _>>()?;

        logging::keep();
        let approvers = &self.config.approval.approvers;
        let lift = stops::lift(&home, event, reason, &signatures, approvers, self.run_date)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&lift);
        } else {
            show_lift(&lift);
        }
        Ok(ExitStatus::Done)
    }
}

/// Reads the signature of an approver.
pub(super) fn signature(path: &Utf8PathBuf) -> Result<String, Failure> {
    durable::read_text(path, LONGEST).map_err(|error| Failure {
        status: ExitStatus::Usage,
        causes: vec![format!("cannot read the signature `{path}`"), error.to_string()],
        hint: None,
    })
}

fn show_lift(lift: &Lift) {
    output::line(format_args!(
        "lifted    {}, signed by {}",
        lift.order.stop.scope,
        lift.signers.join(" and ")
    ));
    for order in &lift.order.orders {
        output::line(format_args!("order     {order}"));
    }
}

/// What is said on the telephone, in both languages.
fn telephone(ordered: &StopOrder) -> [String; 2] {
    let scope = match ordered.stop.scope {
        StopScope::All => "all our jobs".to_owned(),
        other => other.to_string(),
    };
    let dutch = match ordered.stop.scope {
        StopScope::All => "al onze opdrachten".to_owned(),
        StopScope::Job { job } => format!("opdracht {job:07}"),
        StopScope::Part { job, part } => format!("deel {part} van opdracht {job:07}"),
        StopScope::Letter { job, seq, .. } => format!("brief {seq} van opdracht {job:07}"),
    };
    [
        format!(
            "\"Stop {scope} now: print nothing, insert nothing, post nothing. How many pieces have \
             been posted, and where are the others? Our signed order has the number {}.\"",
            ordered.stop.event
        ),
        format!(
            "\"Stop nu {dutch}: niets drukken, niets couverteren, niets posten. Hoeveel stuks zijn \
             gepost, en waar is de rest? Onze ondertekende opdracht heeft nummer {}.\"",
            ordered.stop.event
        ),
    ]
}

/// A mail that was not sent: the stop holds all the same.
fn untold(error: &MailError) -> Failure {
    Failure::new(ExitStatus::Untold, error, error.hint())
}

fn lacking(what: &str) -> Failure {
    Failure {
        status: ExitStatus::Usage,
        causes: vec![format!("{what} must be given")],
        hint: Some("who, and why, are kept in the ledger".to_owned()),
    }
}
