//! `[approval]`: who has to agree before letters leave, and whose signatures count where two people
//! are needed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::field::role::Role;

/// Days for which a plan may wait, at most.
const LONGEST_WAIT: i64 = 60;

/// Percent of a plan that may be left out without a new approval, at most.
const MOST_LEFT_OUT: u32 = 10;

/// `[approval]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalSettings {
    /// Whether letters leave only when people have approved them; not set: yes in a real campaign,
    /// no in a rehearsal.
    pub required: Option<bool>,
    /// One person of each of these roles has to approve.
    pub roles: Vec<Role>,
    /// Whether whoever started the run that made the plan may be one of them.
    pub requester_may_approve: bool,
    /// A plan that has waited for more days is given up.
    pub max_plan_age_days: i64,
    /// Letters, in percent of the plan, that may be left out of it without a new approval: of
    /// people who are protected or held by now.
    pub max_left_out_percent: u32,
    /// What an approval covers beside the plan itself; absent: nothing.
    pub standing: Option<StandingTerms>,
    /// People whose SSH signature proves them.
    pub approvers: Vec<Approver>,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        Self {
            required: None,
            roles: vec![Role::Communications, Role::Privacy],
            requester_may_approve: false,
            max_plan_age_days: 7,
            max_left_out_percent: 1,
            standing: None,
            approvers: Vec::new(),
        }
    }
}

impl ApprovalSettings {
    /// Roles that have to approve and that no configured approver has.
    #[must_use]
    pub fn roles_without_approver(&self) -> Vec<Role> {
        let is_missing =
            |role: &Role| !self.approvers.iter().any(|approver| approver.role == Some(*role));
        self.roles.iter().copied().filter(is_missing).collect()
    }

    /// An approver by name; capitals do not matter.
    #[must_use]
    pub fn approver(&self, name: &str) -> Option<&Approver> {
        let name = name.trim().to_lowercase();
        self.approvers.iter().find(|approver| approver.name.trim().to_lowercase() == name)
    }
}

/// `[approval.standing]`: later plans that an approval covers as well, when they are made with the
/// same things and say nothing that was not in the proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingTerms {
    /// Letters of one such plan, at most.
    pub letters_a_night: u64,
    /// Letters of all such plans together, at most.
    pub letters_in_all: u64,
    /// The last date of letters that are covered.
    pub until: Date,
}

/// Somebody who may approve.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// Name or function, as it is written down: letters, digits, blanks, `.` and `-`.
    pub name: String,
    /// For whom they speak when letters are approved; without one they only lift stops.
    pub role: Option<Role>,
    /// The account under which they work on this machine, where that is not their name: the one
    /// under which the run was started may not approve it.
    pub account: Option<String>,
    /// The line of the public key, `ssh-ed25519 AAAA...`.
    pub key: String,
    /// Whether they may release letters alone in an emergency.
    #[serde(default)]
    pub emergency: bool,
    /// Where they are told that somebody did.
    pub mail: Option<String>,
}

/// What is wrong with these settings: which key, and what. `is_mailed`: there is a `[mail]`.
pub(super) fn check(
    settings: &ApprovalSettings,
    is_mailed: bool,
) -> Result<(), (&'static str, String)> {
    let fits = |sign: char| sign.is_alphanumeric() || " .-".contains(sign);
    let is_name = |name: &str| {
        !name.trim().is_empty() && name.chars().count() <= 60 && name.chars().all(fits)
    };
    if !settings.approvers.iter().all(|approver| is_name(&approver.name)) {
        return Err((
            "approval.approvers",
            "each `name` has 1 to 60 letters, digits, blanks, `.` or `-`".to_owned(),
        ));
    }

    // Two names for one key would make two people of one.
    let names = settings.approvers.iter().map(|approver| approver.name.trim().to_lowercase());
    let keys = settings.approvers.iter().map(|approver| key_of(&approver.key).to_owned());
    if !is_each_there_once(names.collect()) || !is_each_there_once(keys.collect()) {
        return Err(("approval.approvers", "each name and each key is there once".to_owned()));
    }

    emergency(settings, is_mailed)?;
    terms(settings)
}

/// Nobody releases letters alone unless everybody else hears of it.
fn emergency(settings: &ApprovalSettings, is_mailed: bool) -> Result<(), (&'static str, String)> {
    let addresses = settings.approvers.iter().filter_map(|approver| approver.mail.as_deref());
    for to in addresses.clone() {
        super::check::address("approval.approvers", to)?;
    }

    let is_any = settings.approvers.iter().any(|approver| approver.emergency);
    if is_any && (!is_mailed || addresses.count() < settings.approvers.len()) {
        return Err((
            "approval.approvers",
            "with `emergency = true` there is a `[mail]`, and every approver has a `mail`"
                .to_owned(),
        ));
    }
    Ok(())
}

fn terms(settings: &ApprovalSettings) -> Result<(), (&'static str, String)> {
    if settings.roles.len() < 2 || !is_each_there_once(settings.roles.clone()) {
        return Err(("approval.roles", "needs two or more different roles".to_owned()));
    }

    super::check::within(
        "approval.max_plan_age_days",
        settings.max_plan_age_days,
        0..=LONGEST_WAIT,
    )?;
    super::check::within(
        "approval.max_left_out_percent",
        settings.max_left_out_percent,
        0..=MOST_LEFT_OUT,
    )
}

fn is_each_there_once<T: Ord>(mut values: Vec<T>) -> bool {
    values.sort_unstable();
    values.windows(2).all(|pair| pair[0] != pair[1])
}

/// The key itself, without type and comment.
fn key_of(line: &str) -> &str {
    line.split_whitespace().nth(1).unwrap_or_default()
}
