//! Who may approve: somebody of a role that is asked for, who edited nothing of what is approved,
//! did not start the run, and has not spoken yet.

use jiff::civil::Date;

use super::edits::{Edits, is_same};
use super::statement::Statement;
use super::verdict::Verdict;
use crate::field::role::Role;
use crate::record::{ApprovalEvent, Said};

/// Why somebody's approval does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message says what each field is")]
pub enum Objection {
    /// Nobody of that name.
    #[error("`{name}` is not among the approvers")]
    Unknown { name: String },
    /// A role that is not asked for, or none.
    #[error("`{name}` has none of the roles that approve: {roles}")]
    Role { name: String, roles: String },
    /// Their own work.
    #[error("`{name}` edited the {what} since the last statement that was approved")]
    Edited { name: String, what: &'static str },
    /// Perhaps their own work.
    #[error("the {what} changed outside the desk, and nobody has answered for that yet")]
    Unclaimed { what: String },
    /// Their own run.
    #[error("`{name}` started the run that made this plan")]
    Requester { name: String },
    /// A second time.
    #[error("`{name}` has approved this statement already")]
    Again { name: String },
    /// After a no.
    #[error("`{name}` has said no to this statement, and that is final")]
    Final { name: String },
    /// Without the right.
    #[error("`{name}` may not release letters alone in an emergency")]
    NoEmergency { name: String },
    /// Nothing to release.
    #[error("{what}: an emergency changes nothing about that")]
    NotReleasable { what: &'static str },
    /// Nothing to take back.
    #[error("`{name}` has not approved this statement")]
    NotApproved { name: String },
    /// A plan that is not printed any more.
    #[error("the plan is of {run_date} and may wait for {days} days")]
    Expired { run_date: Date, days: i64 },
    /// A signature that proves nothing.
    #[error("the signature {problem}")]
    Signature { problem: String },
}

/// Somebody who wants to approve.
#[derive(Clone, Debug)]
pub struct Speaker<'a> {
    /// Their name.
    pub name: &'a str,
    /// For whom they speak.
    pub role: Option<Role>,
    /// The account under which they work on this machine, where that is not their name.
    pub account: Option<&'a str>,
}

/// What somebody said last of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Yes,
    No,
}

fn last_word(acts: &[ApprovalEvent], statement: &str, name: &str) -> Option<Word> {
    let own = acts.iter().filter(|event| event.act.statement == statement);
    let own = own.filter(|event| is_same(&event.act.by, name));
    own.filter_map(|event| match event.act.said {
        Said::Approved { .. } | Said::Released { .. } => Some(Word::Yes),
        Said::Refused { .. } | Said::Withdrawn { .. } => Some(Word::No),
        Said::Adopted { .. } | Said::CarriedOver { .. } | Said::Covered { .. } => None,
    })
    .next_back()
}

/// Whether this person may approve this statement today.
///
/// # Errors
/// [`Objection`], the first.
pub fn may_approve(
    speaker: &Speaker<'_>,
    statement: &Statement,
    edits: &Edits,
    acts: &[ApprovalEvent],
    today: Date,
) -> Result<(), Objection> {
    let (terms, name) = (&statement.terms, speaker.name.trim().to_owned());
    if speaker.role.is_none_or(|role| !terms.roles.contains(&role)) {
        let roles: Vec<&str> = terms.roles.iter().map(|role| role.word()).collect();
        return Err(Objection::Role { name, roles: roles.join(", ") });
    }
    if is_expired(statement, today) {
        let (run_date, days) = (statement.run_date, terms.max_plan_age_days);
        return Err(Objection::Expired { run_date, days });
    }

    match last_word(acts, &statement.hash(), &name) {
        Some(Word::Yes) => return Err(Objection::Again { name }),
        Some(Word::No) => return Err(Objection::Final { name }),
        None => {}
    }

    if let Some(what) = edits.of_person(&name) {
        return Err(Objection::Edited { name, what });
    }
    if let Some((what, _)) = edits.unclaimed.first() {
        return Err(Objection::Unclaimed { what: (*what).to_owned() });
    }

    let account = speaker.account.unwrap_or(&name);
    let started = [&name, account].iter().any(|own| is_same(own, &statement.requested_by));
    if started && !terms.requester_may_approve {
        return Err(Objection::Requester { name });
    }

    Ok(())
}

/// Whether somebody with this right, or without it, may release these letters alone today. Who
/// edited what or started the run does not matter then: it is an emergency. A no does.
///
/// # Errors
/// [`Objection`], the first.
pub fn may_release(
    name: &str,
    has_right: bool,
    statement: &Statement,
    verdict: &Verdict,
    acts: &[ApprovalEvent],
    today: Date,
) -> Result<(), Objection> {
    if !has_right {
        return Err(Objection::NoEmergency { name: name.to_owned() });
    }
    if is_expired(statement, today) {
        let (run_date, days) = (statement.run_date, statement.terms.max_plan_age_days);
        return Err(Objection::Expired { run_date, days });
    }
    if last_word(acts, &statement.hash(), name) == Some(Word::No) {
        return Err(Objection::Final { name: name.to_owned() });
    }

    let what = if !verdict.against.is_empty() {
        "somebody said no, or an approval does not count"
    } else if verdict.is_good() {
        "it is approved already"
    } else if verdict.emergency.is_some() {
        "it was released already"
    } else {
        return Ok(());
    };
    Err(Objection::NotReleasable { what })
}

/// Whether this person may take back an approval.
///
/// # Errors
/// [`Objection`] when they have not given one.
pub fn may_withdraw(name: &str, statement: &str, acts: &[ApprovalEvent]) -> Result<(), Objection> {
    match last_word(acts, statement, name) {
        Some(Word::Yes) => Ok(()),
        _ => Err(Objection::NotApproved { name: name.to_owned() }),
    }
}

/// Whether this person may say no.
///
/// # Errors
/// [`Objection`] when they have spoken already.
pub fn may_refuse(name: &str, statement: &str, acts: &[ApprovalEvent]) -> Result<(), Objection> {
    let name = name.to_owned();
    match last_word(acts, statement, &name) {
        None => Ok(()),
        Some(Word::Yes) => Err(Objection::Again { name }),
        Some(Word::No) => Err(Objection::Final { name }),
    }
}

/// Whether a plan has waited for too long.
#[must_use]
pub fn is_expired(statement: &Statement, today: Date) -> bool {
    let waited = today.since(statement.run_date).map_or(0, |span| i64::from(span.get_days()));
    waited > statement.terms.max_plan_age_days
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::approval::edits::{Edits, TextEdits};
    use crate::approval::statement::tests::statement;
    use crate::config::ApprovalSettings;
    use crate::record::{ApprovalAct, Credential};

    const TODAY: Date = jiff::civil::date(2025, 9, 16);

    fn event(
        number: u64,
        statement: &Statement,
        by: &str,
        role: Role,
        said: Said,
    ) -> ApprovalEvent {
        let by = by.to_owned();
        let act =
            ApprovalAct { date: TODAY, statement: statement.hash(), by, role: Some(role), said };
        ApprovalEvent { event: number, act }
    }

    fn yes() -> Said {
        Said::Approved { credential: Credential::Desk }
    }

    fn edited_by(name: &str) -> Edits {
        let (statement, mut last) = (statement(), statement());
        last.made_with.texts = "0".to_owned();
        let texts = TextEdits { by: BTreeSet::from([name.to_owned()]), all_known: true };
        Edits::of(&statement, Some(&last), &texts, &[])
    }

    /// Editor, requester, and two approvers, each one of four people, with every role and in both
    /// orders: who may approve is counted a second time here, in words of its own.
    #[test]
    fn every_editor_requester_and_pair_of_approvers_ends_as_the_rule_says() {
        let people = ["Anna", "Bart", "Chris", "Dirk"];
        let roles = [Role::Communications, Role::Privacy, Role::Operator];
        let (mut tried, mut good) = (0, 0);
        for editor in people {
            for requester in people {
                for pair in people.iter().flat_map(|one| people.map(|other| (*one, other))) {
                    for (one, other) in
                        roles.iter().flat_map(|one| roles.map(|other| (*one, other)))
                    {
                        for permitted in [false, true] {
                            tried += 1;
                            let speakers = [(pair.0, one), (pair.1, other)];
                            good += u32::from(ends_well(editor, requester, speakers, permitted));
                        }
                    }
                }
            }
        }

        assert_eq!(tried, 4 * 4 * 16 * 9 * 2);
        // Two people of four, neither the editor (3 of them), in both orders of the roles: 6 pairs
        // a requester where they may approve; where not, the requester is one fewer unless they are
        // the editor anyway.
        assert_eq!(good, 4 * (4 * 6 * 2) + 4 * ((6 + 3 * 2) * 2));
    }

    fn ends_well(
        editor: &str,
        requester: &str,
        speakers: [(&str, Role); 2],
        permitted: bool,
    ) -> bool {
        let mut statement = statement();
        statement.requested_by = requester.to_owned();
        statement.terms.requester_may_approve = permitted;
        let mut acts = Vec::new();
        for (name, role) in speakers {
            let speaker = Speaker { name, role: Some(role), account: None };
            let edits = edited_by(editor);
            let may = may_approve(&speaker, &statement, &edits, &acts, TODAY).is_ok();
            let rule = name != editor
                && (permitted || name != requester)
                && role != Role::Operator
                && !acts.iter().any(|event: &ApprovalEvent| event.act.by == name);
            assert_eq!(may, rule, "{name} {role} {editor} {requester}");
            if may {
                acts.push(event(acts.len() as u64 + 1, &statement, name, role, yes()));
            }
        }

        Verdict::of(&statement, &acts, &ApprovalSettings::default(), &|_| None).is_good()
    }

    #[test]
    fn a_no_is_final_and_a_yes_can_be_taken_back_once() {
        let statement = statement();
        let speaker = Speaker { name: "Anna", role: Some(Role::Privacy), account: None };
        let none = Edits::default();
        let comment = || "the second page is wrong".to_owned();
        for no in [Said::Refused { comment: comment() }, Said::Withdrawn { comment: comment() }] {
            let acts = [
                event(1, &statement, "anna", Role::Privacy, yes()),
                event(2, &statement, "ANNA", Role::Privacy, no),
            ];
            assert!(matches!(
                may_approve(&speaker, &statement, &none, &acts[..1], TODAY),
                Err(Objection::Again { .. })
            ));
            assert!(may_withdraw("Anna", &statement.hash(), &acts[..1]).is_ok());
            assert!(matches!(
                may_approve(&speaker, &statement, &none, &acts, TODAY),
                Err(Objection::Final { .. })
            ));
            assert!(may_withdraw("Anna", &statement.hash(), &acts).is_err());
            assert!(may_refuse("Anna", &statement.hash(), &acts).is_err());
        }
        assert!(may_refuse("Anna", &statement.hash(), &[]).is_ok());
        assert!(may_withdraw("Anna", &statement.hash(), &[]).is_err());
    }

    #[test]
    fn an_account_is_known_behind_a_name_and_a_plan_grows_old() {
        let mut statement = statement();
        statement.requested_by = "adeboer".to_owned();
        let none = Edits::default();
        let speaker = Speaker { name: "Anna", role: Some(Role::Privacy), account: Some("adeboer") };
        let may = |today| may_approve(&speaker, &statement, &none, &[], today);
        assert!(matches!(may(TODAY), Err(Objection::Requester { .. })));

        let other = Speaker { account: None, ..speaker.clone() };
        let may = |today| may_approve(&other, &statement, &none, &[], today);
        assert!(may(jiff::civil::date(2025, 9, 22)).is_ok());
        assert!(matches!(may(jiff::civil::date(2025, 9, 23)), Err(Objection::Expired { .. })));
    }
}
