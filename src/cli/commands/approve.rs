//! `approve`, `approval statement`, `approval verify`, `proofs`: four eyes on the command line.

use camino::Utf8Path;

use crate::approval::act::{self, ApprovalError, Evidence, Verb, WaitingStatement};
use crate::approval::edits::adoption_text;
use crate::approval::rule::{Objection, Speaker};
use crate::approval::{record, words};
use crate::base::{ExitStatus, durable, logging};
use crate::cli::args::{ApprovalCommand, ApproveArgs};
use crate::cli::output::{self, Failure};
use crate::cli::session::{Session, record_failure};
use crate::desk::authors;
use crate::desk::dossier::{self, WrittenDossier};
use crate::record::{Access, ApprovalEvent, Credential, Home, Ledger, RecordError, Said};
use crate::run::proofs::{INDEX, Proofs};

/// The largest signature that is read, in bytes.
const LONGEST: u64 = 1 << 16;

impl Session<'_> {
    pub(super) fn approve(&self, asked: &ApproveArgs) -> Result<ExitStatus, Failure> {
        let unknown = || Objection::Unknown { name: asked.by.clone() };
        let approver = self
            .config
            .approval
            .approver(&asked.by)
            .ok_or_else(|| Failure::of(&ApprovalError::from(unknown())))?;
        let speaker = Speaker {
            name: &approver.name,
            role: approver.role,
            account: approver.account.as_deref(),
        };

        let verb = match asked {
            ApproveArgs { refuse: Some(comment), .. } => Verb::Refuse(comment.clone()),
            ApproveArgs { withdraw: Some(comment), .. } => Verb::Withdraw(comment.clone()),
            ApproveArgs { adopt: Some(what), .. } => Verb::Adopt(what.clone()),
            ApproveArgs { emergency: Some(reason), .. } => Verb::Release(reason.clone()),
            _ => Verb::Approve,
        };
        let job = asked.job.as_deref();
        if asked.signature.is_none()
            && let Some(text) = self.to_sign(job, &speaker, &verb)?
        {
            output::line(text.trim_end());
            return Ok(ExitStatus::Done);
        }

        let evidence = match &asked.signature {
            Some(path) => Evidence::Signature(signature(path)?),
            None => Evidence::Nothing,
        };
        logging::keep();
        let authors = authors::of(self.config);
        let heard = act::say(self.config, job, &speaker, verb, &evidence, &authors, self.run_date)
            .map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&heard);
            return Ok(ExitStatus::Done);
        }

        output::line(format_args!("job       {}", heard.job));
        show_verdict(&words::of_verdict(&heard.verdict));
        if !heard.is_out && heard.verdict.may_be_printed() {
            output::line("next      `breachpost run` publishes it");
        }
        Ok(ExitStatus::Done)
    }

    pub(super) fn approval(&self, asked: &ApprovalCommand) -> Result<ExitStatus, Failure> {
        match asked {
            ApprovalCommand::Statement { job, words } => self.statement(job.as_deref(), *words),
            ApprovalCommand::Dossier { job, out } => self.dossier(job.as_deref(), out),
            ApprovalCommand::Verify { file } => self.approval_verify(file),
        }
    }

    /// The text that somebody signs for this, where it is not the statement.
    fn to_sign(
        &self,
        job: Option<&str>,
        speaker: &Speaker<'_>,
        verb: &Verb,
    ) -> Result<Option<String>, Failure> {
        let failed = |error: ApprovalError| Failure::of(&error);

        Ok(match verb {
            Verb::Adopt(what) => {
                let waiting = self.waiting(job)?;
                let sha256 = act::unclaimed(&waiting, what).map_err(failed)?;
                Some(adoption_text(&self.config.campaign, what, &sha256))
            }
            Verb::Release(reason) => {
                let waiting = self.waiting(job)?;
                let text =
                    act::releasable(self.config, &waiting, speaker.name, reason, self.run_date);
                Some(text.map_err(failed)?)
            }
            _ => None,
        })
    }

    fn waiting(&self, job: Option<&str>) -> Result<WaitingStatement, Failure> {
        let ledger = Ledger::open(&Home::of(self.config), Access::Read)
            .map_err(|error| record_failure(&error))?;
        let authors = authors::of(self.config);
        act::waiting(&ledger, self.config, job, &authors).map_err(|error| Failure::of(&error))
    }

    fn statement(&self, job: Option<&str>, in_words: bool) -> Result<ExitStatus, Failure> {
        let waiting = self.waiting(job)?;
        if !in_words {
            output::line(waiting.statement.text().trim_end());
            return Ok(ExitStatus::Done);
        }

        output::line(format_args!("statement {}", waiting.statement.hash()));
        for line in words::of_statement(&waiting.statement) {
            output::line(format_args!("          {line}"));
        }
        for (what, by) in waiting.edits.by.iter().filter(|(_, by)| !by.is_empty()) {
            let by: Vec<&str> = by.iter().map(String::as_str).collect();
            output::line(format_args!("edited    the {what}: {}", by.join(", ")));
        }
        for (what, _) in &waiting.edits.unclaimed {
            output::line(format_args!(
                "adopt     the {what}: whoever changed them says so before anybody approves"
            ));
        }
        show_verdict(&words::of_verdict(&waiting.verdict));
        Ok(ExitStatus::Done)
    }

    fn approval_verify(&self, file: &Utf8Path) -> Result<ExitStatus, Failure> {
        let (paper, proved) =
            record::prove(file, &self.config.approval).map_err(|error| Failure::of(&error))?;
        let known = self.known_events()?;
        let is_known =
            |event: &ApprovalEvent| known.as_ref().is_none_or(|known| known.contains(event));
        let all_known = paper.events.iter().all(is_known);
        if self.args.json {
            output::json(&proved);
        } else {
            output::line(format_args!("job       {}, letters of {}", proved.job, proved.run_date));
            output::line(format_args!("statement {}", proved.statement));
            show_verdict(&words::of_verdict(&proved.verdict));
            self.show_proof(&paper.events, known.is_some(), all_known);
        }

        Ok(match &proved.verdict {
            verdict if all_known && verdict.is_good() => ExitStatus::Done,
            verdict if all_known && verdict.may_be_printed() => ExitStatus::ForAHuman,
            _ => ExitStatus::Stopped,
        })
    }

    /// What the ledger knows of approvals; `None` where there is no ledger to ask.
    fn known_events(&self) -> Result<Option<Vec<ApprovalEvent>>, Failure> {
        match Ledger::open(&Home::of(self.config), Access::Read) {
            Ok(ledger) => {
                let known = ledger.approvals().map_err(|error| record_failure(&error))?;
                Ok(Some(known))
            }
            Err(RecordError::Missing { .. }) => Ok(None),
            Err(error) => Err(record_failure(&error)),
        }
    }

    fn show_proof(&self, events: &[ApprovalEvent], has_ledger: bool, all_known: bool) {
        let at_desk = |event: &ApprovalEvent| {
            matches!(&event.act.said, Said::Approved { credential: Credential::Desk })
        };
        output::line(match (has_ledger, all_known) {
            (true, true) => "ledger    has all of it",
            (true, false) => "ledger    DOES NOT HAVE WHAT THE FILE SAYS",
            (false, _) if events.iter().any(at_desk) => {
                "ledger    none here: only it proves what was approved at the desk"
            }
            (false, _) => "ledger    none here: the signatures alone were checked",
        });
        if self.config.approval.approvers.is_empty() {
            output::line("keys      are those that the file names: compare them yourself");
        }
    }

    fn dossier(&self, job: Option<&str>, out: &Utf8Path) -> Result<ExitStatus, Failure> {
        let written = dossier::write(self.config, job, out).map_err(|error| Failure::of(&error))?;
        if self.args.json {
            output::json(&written);
            return Ok(ExitStatus::Done);
        }
        let WrittenDossier { job, proofs, .. } = written;
        output::line(format_args!("dossier   {out}: job {job}, {proofs} proofs"));
        Ok(ExitStatus::Done)
    }

    pub(super) fn proofs(&self, out: &Utf8Path) -> Result<ExitStatus, Failure> {
        let waiting = self.waiting(None)?;
        let written = Proofs::of_job(&self.config.data_dir, &waiting.job).and_then(|proofs| {
            proofs.write(out, &proofs.press()?)?;
            Ok(proofs.sheets.len())
        });
        let written = written.map_err(|error| Failure::of(&error))?;
        output::line(format_args!("proofs    {written} letters, in {}", out.join(INDEX)));
        Ok(ExitStatus::Done)
    }
}

fn signature(path: &Utf8Path) -> Result<String, Failure> {
    durable::read_text(path, LONGEST).map_err(|error| Failure {
        status: ExitStatus::Usage,
        causes: vec![format!("cannot read the signature `{path}`"), error.to_string()],
        hint: None,
    })
}

fn show_verdict(lines: &[String]) {
    for line in lines {
        output::line(format_args!("          {line}"));
    }
}
