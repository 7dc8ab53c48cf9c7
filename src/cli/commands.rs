//! What each command does: settings in, one call into the library, an answer out. One file a
//! command.

mod approve;
mod check;
mod close;
mod contract;
mod desk;
mod explain;
mod figures;
mod inbox;
mod ledger;
mod letter;
mod link_train;
mod manual;
mod new;
mod patients;
mod person;
mod plan;
mod preview;
mod provider;
mod provider_mail;
mod queue;
mod receipts;
mod reissue;
mod render;
mod reprint;
mod review;
mod run;
mod sample;
mod status;
mod stop;
mod texts;
mod transfer;
mod vendor_sim;
mod verify;

use super::args::{Args, Command, PlanCommand, TextsCommand, UserCommand};
use super::output::Failure;
use super::session::{Session, configuration};
use crate::base::progress::Progress;
use crate::base::{ExitStatus, logging};
use crate::record::Acceptance;
use crate::run::Night;

/// Runs the command.
///
/// # Errors
/// [`Failure`] with the exit code, what went wrong and what to do.
pub fn execute(args: &Args) -> Result<ExitStatus, Failure> {
    let run_date = args.date.unwrap_or_else(|| jiff::Zoned::now().date());
    match &args.command {
        Command::Manual { out } => return manual::write(out),
        Command::Sample { people, providers, professionals, seed, out } => {
            logging::start(None, run_date, args.verbose);
            let (people, providers, professionals) = (*people, *providers, *professionals);
            let size = crate::tools::sample::SampleSize { people, providers, professionals };
            return sample::write(args, size, *seed, out);
        }
        Command::New { folder } => return new::make(args, run_date, folder),
        Command::Verify { package, identity, signer, published } => {
            logging::start(None, run_date, args.verbose);
            let keys = crate::tools::verify::VerifyKeys {
                identity: identity.as_deref(),
                signer: signer.as_deref(),
                published: None,
            };
            let campaign = if *published { Some(configuration(args)?) } else { None };
            return verify::open(args, package, keys, campaign.as_ref());
        }
        Command::VendorSim { check, .. } if !check.is_empty() => {
            logging::start(None, run_date, args.verbose);
            return Ok(vendor_sim::check(args, check));
        }
        Command::VendorSim {
            package: Some(package),
            identity: Some(identity),
            out: Some(out),
            seed,
            stopped,
            ..
        } => {
            logging::start(None, run_date, args.verbose);
            let order =
                vendor_sim::Order { package, identity, out, seed: *seed, stopped: *stopped };
            return vendor_sim::work(args, &order, run_date);
        }
        Command::Contract { list, markdown } => {
            contract::show(args, *list, *markdown);
            return Ok(ExitStatus::Done);
        }
        Command::Inbox { previous } => {
            logging::start(None, run_date, args.verbose);
            return inbox::look(args, &configuration(args)?, run_date, previous);
        }
        _ => {}
    }

    let config = configuration(args)?;
    logging::start(Some(&config.data_dir), run_date, args.verbose);
    let status = Session { args, config: &config, run_date }.execute()?;
    logging::keep();

    Ok(status)
}

impl Session<'_> {
    fn execute(&self) -> Result<ExitStatus, Failure> {
        match &self.args.command {
            Command::Ledger(asked) => self.ledger(asked),
            Command::Close { yes } => self.close(*yes),
            Command::Purge { approved_by, yes } => self.purge(approved_by, *yes),
            Command::Run { accept, accept_inputs, accept_volume, republish } => {
                let progress = Progress::on_stderr();
                let night = self.night(
                    accepted(accept, accept_inputs.as_deref()),
                    *accept_volume,
                    &progress,
                );
                Ok(self.run(&Night { republish: republish.as_deref(), ..night }))
            }
            Command::Status { max_age, state } => self.status(*max_age, *state),
            Command::Transfer(asked) => self.transfer(asked),
            Command::Receipts { files } => self.receipts(files),
            Command::Stop(stop) => self.stop(stop),
            Command::Reissue(asked) => self.reissue(asked),
            Command::Provider(asked) => self.provider(asked),
            Command::ProviderMail { signed } => self.provider_mail(signed),
            Command::Reprint(asked) => self.reprint(asked),
            Command::Approve(said) => self.approve(said),
            Command::Approval(asked) => self.approval(asked),
            Command::Proofs { out } => self.proofs(out),
            Command::Plan { plan: Some(PlanCommand::Abandon { by, reason }), .. } => {
                self.plan_abandon(by, reason)
            }
            Command::Plan { plan: None, accept, accept_inputs, accept_volume } => {
                Ok(self.plan(accepted(accept, accept_inputs.as_deref()), *accept_volume))
            }
            Command::Render { part, job } => self.render(*part, job.as_deref()),
            Command::Check {
                package: Some(out),
                recipient,
                accept,
                accept_inputs,
                accept_volume,
                ..
            } => {
                let accepted = accepted(accept, accept_inputs.as_deref());
                self.dress_rehearsal(out, recipient, accepted, *accept_volume)
            }
            Command::Check { decisions: true, .. } => self.check_decisions(),
            Command::Check { accept, accept_inputs, accept_volume, .. } => {
                self.check(accepted(accept, accept_inputs.as_deref()), *accept_volume)
            }
            Command::Preview { out, changed_since } => self.preview(out, changed_since.as_deref()),
            Command::Letter { id, out, release } => self.letter(id, out.as_deref(), release),
            Command::Figures => self.figures(),
            Command::Explain { id, other: None } => self.explain(id),
            Command::Explain { id, other: Some(other) } => self.explain_rows(id, other),
            Command::Review(asked) => self.review(asked),
            Command::Person(asked) => self.person(asked),
            Command::LinkTrain { out, seed, name } => self.link_train(out, *seed, name.as_deref()),
            Command::Desk { listen } => self.desk(listen.as_deref()),
            Command::User(UserCommand::Add { name, role }) => self.user_add(name, *role),
            Command::Texts(TextsCommand::Check) => self.texts_check(),
            Command::Manual { .. }
            | Command::New { .. }
            | Command::Sample { .. }
            | Command::Verify { .. }
            | Command::VendorSim { .. }
            | Command::Contract { .. }
            | Command::Inbox { .. } => Ok(ExitStatus::Done),
        }
    }
}

const fn accepted<'a>(files: &'a [(String, String)], all: Option<&'a str>) -> Acceptance<'a> {
    Acceptance { files, all }
}
