//! `[approval]`: whose signatures count where two people are needed.

use serde::Deserialize;

/// `[approval]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalSettings {
    /// People whose SSH signature proves them.
    pub approvers: Vec<Approver>,
}

/// Somebody who may approve.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// Name or function, as it is written down: letters, digits, blanks, `.` and `-`.
    pub name: String,
    /// The line of the public key, `ssh-ed25519 AAAA...`.
    pub key: String,
}

/// What is wrong with these settings: which key, and what.
pub(super) fn check(settings: &ApprovalSettings) -> Result<(), (&'static str, String)> {
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
    let one_each = |of: fn(&Approver) -> &str| {
        let mut seen: Vec<&str> = settings.approvers.iter().map(of).collect();
        seen.sort_unstable();
        seen.windows(2).all(|pair| pair[0] != pair[1])
    };
    if !one_each(|approver| approver.name.trim()) || !one_each(|approver| key_of(&approver.key)) {
        return Err(("approval.approvers", "each name and each key is there once".to_owned()));
    }

    Ok(())
}

/// The key itself, without type and comment.
fn key_of(line: &str) -> &str {
    line.split_whitespace().nth(1).unwrap_or_default()
}
