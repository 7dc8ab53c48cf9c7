//! Whether what was said of a statement is enough to print what it names. Every signature is
//! checked again, against the keys that are configured now.

use super::edits::is_same;
use super::emergency::{self, EmergencyRelease};
use super::statement::Statement;
use crate::config::ApprovalSettings;
use crate::field::role::Role;
use crate::package::sign::{self, APPROVALS};
use crate::record::{ApprovalEvent, Credential, Said};

/// What was made of everything that was said of a statement.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// Whose approvals count.
    pub approved: Vec<ApprovedBy>,
    /// Roles of which nobody has approved.
    pub missing: Vec<Role>,
    /// Who said no, and whose signature no longer holds, in words.
    pub against: Vec<String>,
    /// Who released the letters alone in an emergency, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyRelease>,
    /// What the approvals were given for.
    pub basis: Basis,
}

/// Somebody whose approval counts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovedBy {
    /// Their name.
    pub name: String,
    /// For whom they spoke.
    pub role: Role,
    /// The event of the ledger.
    pub event: u64,
}

/// What approvals were given for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Basis {
    /// This very statement.
    Statement,
    /// An earlier one of the same plan, from which letters were left out.
    CarriedOver {
        /// The earlier statement.
        from: String,
        /// Letters that were left out.
        left_out: u64,
    },
    /// An earlier one with a standing approval.
    Standing {
        /// The earlier statement.
        under: String,
        /// Letters that it still covers after this plan.
        left: u64,
    },
}

impl Basis {
    /// The earlier statement that approvals were given for, by its hash.
    #[must_use]
    pub fn earlier(&self) -> Option<&str> {
        match self {
            Self::Statement => None,
            Self::CarriedOver { from: earlier, .. } | Self::Standing { under: earlier, .. } => {
                Some(earlier)
            }
        }
    }
}

impl Verdict {
    /// What was said of this statement comes to. `find` finds earlier statements by their hash.
    #[must_use]
    pub fn of(
        statement: &Statement,
        acts: &[ApprovalEvent],
        settings: &ApprovalSettings,
        find: &dyn Fn(&str) -> Option<Statement>,
    ) -> Self {
        let hash = statement.hash();
        let own = acts.iter().filter(|event| event.act.statement == hash);
        let said = Self::of_people(statement, acts, settings);
        let mut verdict = said.clone();
        for event in own {
            let basis = match &event.act.said {
                Said::CarriedOver { from, left_out, of } => {
                    find(from).filter(|from| carries(from, statement, *left_out, *of)).map(|from| {
                        let basis = Basis::CarriedOver { from: from.hash(), left_out: *left_out };
                        (from, basis)
                    })
                }
                Said::Covered { under, .. } => find(under).and_then(|under| {
                    let before = &acts[..acts.partition_point(|one| one.event < event.event)];
                    let left = covers(&under, statement, before)?;
                    let basis = Basis::Standing { under: under.hash(), left };
                    Some((under, basis))
                }),
                _ => None,
            };

            let Some((earlier, basis)) = basis else { continue };
            let earlier = Self::of_people(&earlier, acts, settings);
            verdict = Self { basis, ..earlier }.and(&said);
        }

        verdict
    }

    /// With what was said of a later statement beside.
    fn and(mut self, later: &Self) -> Self {
        self.approved.extend(later.approved.iter().cloned());
        self.missing.retain(|role| later.approved.iter().all(|one| one.role != *role));
        self.against.extend(later.against.iter().cloned());
        self.emergency = self.emergency.or_else(|| later.emergency.clone());
        self
    }

    /// Whether the letters may be printed: they are approved, or somebody who may do that alone
    /// released them in an emergency. A no holds all the same.
    #[must_use]
    pub fn may_be_printed(&self) -> bool {
        self.is_good() || (self.emergency.is_some() && self.against.is_empty())
    }

    /// Whether everybody has agreed: every role has approved, two people at least, and nobody said
    /// no.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let first = self.approved.first();
        let is_more_than_one = first
            .is_some_and(|first| self.approved.iter().any(|one| !is_same(&one.name, &first.name)));
        is_more_than_one && self.missing.is_empty() && self.against.is_empty()
    }

    fn of_people(
        statement: &Statement,
        acts: &[ApprovalEvent],
        settings: &ApprovalSettings,
    ) -> Self {
        let (hash, text) = (statement.hash(), statement.text());
        let mut verdict = Self {
            approved: Vec::new(),
            missing: Vec::new(),
            against: Vec::new(),
            emergency: None,
            basis: Basis::Statement,
        };
        for event in acts.iter().filter(|event| event.act.statement == hash) {
            let (act, role) = (&event.act, event.act.role);
            match (&act.said, role) {
                (Said::Approved { credential }, Some(role)) => {
                    match holds(credential, &act.by, role, &text, settings) {
                        Ok(()) => verdict.approved.push(ApprovedBy {
                            name: act.by.clone(),
                            role,
                            event: event.event,
                        }),
                        Err(problem) => verdict
                            .against
                            .push(format!("the approval of {} does not count: {problem}", act.by)),
                    }
                }
                (Said::Released { reason, credential }, role) => {
                    let text = emergency::text(statement, reason);
                    verdict.emergency = EmergencyRelease::of(event);
                    match (emergency::holds(credential, &act.by, &text, settings), role) {
                        (Ok(()), Some(role)) => verdict.approved.push(ApprovedBy {
                            name: act.by.clone(),
                            role,
                            event: event.event,
                        }),
                        (Ok(()), None) => {}
                        (Err(problem), _) => verdict
                            .against
                            .push(format!("the release by {} does not count: {problem}", act.by)),
                    }
                }
                (Said::Refused { comment }, _) => {
                    verdict.against.push(format!("{} refused it: {comment}", act.by));
                }
                (Said::Withdrawn { comment }, _) => {
                    verdict.approved.retain(|one| !is_same(&one.name, &act.by));
                    verdict.emergency.take_if(|release| is_same(&release.name, &act.by));
                    verdict.against.push(format!("{} withdrew the approval: {comment}", act.by));
                }
                _ => {}
            }
        }

        let has = |role: &Role| verdict.approved.iter().any(|one| one.role == *role);
        verdict.missing = statement.terms.roles.iter().copied().filter(|role| !has(role)).collect();
        verdict
    }
}

/// Whether an approval is still worth something: a signature by the key that this approver has now,
/// of exactly this text.
fn holds(
    credential: &Credential,
    name: &str,
    role: Role,
    text: &str,
    settings: &ApprovalSettings,
) -> Result<(), String> {
    let Credential::Signature { key, signature } = credential else { return Ok(()) };
    // Without any approvers in the configuration what the event says has to do: whoever looks at a
    // paper years later compares the keys.
    let key = if settings.approvers.is_empty() {
        key
    } else {
        let known = settings.approver(name).filter(|approver| approver.role == Some(role));
        &known.ok_or("this approver and role are not configured any more")?.key
    };

    let checked = sign::check_for(APPROVALS, signature, text.as_bytes(), Some(key));
    checked.map(drop).map_err(|problem| format!("the signature {problem}"))
}

/// Whether the approvals of `from` hold for a plan that leaves letters out of its own.
fn carries(from: &Statement, statement: &Statement, left_out: u64, of: u64) -> bool {
    from.differs_in(&statement.made_with, &statement.settings).is_empty()
        && from.run_date == statement.run_date
        && of == from.letters.total
        && statement.letters.total + left_out == of
        && left_out * 100 <= u64::from(from.terms.max_left_out_percent) * of
        && is_within(&statement.covers, &from.covers)
}

/// How many more letters a standing approval covers after this plan; `None`: it does not cover it.
/// `before` is the history up to then.
#[must_use]
pub fn covers(under: &Statement, statement: &Statement, before: &[ApprovalEvent]) -> Option<u64> {
    let terms = under.standing?;
    let name = under.hash();
    let used: u64 = before
        .iter()
        .filter_map(|event| match &event.act.said {
            Said::Covered { under, letters } if *under == name => Some(letters),
            _ => None,
        })
        .sum();

    let letters = statement.letters.total;
    let is_covered = under.differs_in(&statement.made_with, &statement.settings).is_empty()
        && letters <= terms.letters_a_night
        && statement.run_date <= terms.until
        && is_within(&statement.covers, &under.covers);
    terms.letters_in_all.checked_sub(used + letters).filter(|_| is_covered)
}

/// Whether everything that occurs in one plan occurred in the other; both are sorted.
fn is_within(one: &[String], other: &[String]) -> bool {
    one.iter().all(|feature| other.binary_search(feature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::statement::tests::statement;
    use crate::config::Approver;
    use crate::package::Signer;
    use crate::record::ApprovalAct;

    const DATE: jiff::civil::Date = jiff::civil::date(2025, 9, 16);

    fn settings() -> ApprovalSettings {
        let approver = |name: &str, role, seed| Approver {
            name: name.to_owned(),
            role: Some(role),
            account: None,
            key: Signer::new(&[seed; 32]).public_line(),
            emergency: false,
            mail: None,
        };
        let approvers =
            vec![approver("Anna", Role::Communications, 1), approver("Bart", Role::Privacy, 2)];
        ApprovalSettings { approvers, ..ApprovalSettings::default() }
    }

    fn signed(
        event: u64,
        by: &str,
        role: Role,
        seed: u8,
        of: &Statement,
        text: &str,
    ) -> ApprovalEvent {
        let signer = Signer::new(&[seed; 32]);
        let credential = Credential::Signature {
            key: signer.public_line(),
            signature: signer.sign_for(APPROVALS, text.as_bytes()),
        };
        let said = Said::Approved { credential };
        let (statement, by) = (of.hash(), by.to_owned());
        ApprovalEvent {
            event,
            act: ApprovalAct { date: DATE, statement, by, role: Some(role), said },
        }
    }

    fn both(of: &Statement) -> Vec<ApprovalEvent> {
        vec![
            signed(1, "Anna", Role::Communications, 1, of, &of.text()),
            signed(2, "Bart", Role::Privacy, 2, of, &of.text()),
        ]
    }

    fn verdict(of: &Statement, acts: &[ApprovalEvent]) -> Verdict {
        Verdict::of(of, acts, &settings(), &|_| None)
    }

    #[test]
    fn two_signatures_of_two_roles_are_enough_and_one_is_not() {
        let of = statement();
        let acts = both(&of);
        assert!(verdict(&of, &acts).is_good());
        assert_eq!(verdict(&of, &acts[..1]).missing, [Role::Privacy]);
        assert_eq!(verdict(&of, &acts[1..]).missing, [Role::Communications]);
        assert_eq!(verdict(&of, &[]).missing.len(), 2);
    }

    /// Every text, number and list of a statement, one byte at a time.
    fn mutations(value: &serde_json::Value) -> Vec<serde_json::Value> {
        use serde_json::Value;
        match value {
            Value::String(text) => (0..text.chars().count())
                .map(|place| {
                    let changed = |(at, sign): (usize, char)| {
                        if at == place { if sign == '1' { '2' } else { '1' } } else { sign }
                    };
                    Value::String(text.chars().enumerate().map(changed).collect())
                })
                .collect(),
            Value::Number(number) => vec![Value::from(number.as_u64().unwrap() + 1)],
            Value::Bool(said) => vec![Value::from(!said)],
            Value::Null => vec![Value::from("x")],
            Value::Array(items) => {
                let mut all = vec![Value::Array(Vec::new())];
                for (place, item) in items.iter().enumerate() {
                    for mutated in mutations(item) {
                        let mut items = items.clone();
                        items[place] = mutated;
                        all.push(Value::Array(items));
                    }
                }
                all
            }
            Value::Object(members) => {
                let mut all = Vec::new();
                for (name, member) in members {
                    for mutated in mutations(member) {
                        let mut members = members.clone();
                        members.insert(name.clone(), mutated);
                        all.push(Value::Object(members));
                    }
                }
                all
            }
        }
    }

    #[test]
    fn one_changed_byte_in_any_field_voids_both_approvals() {
        let of = statement();
        let (acts, text) = (both(&of), of.text());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let (mut read, mut all) = (0, 0);
        for mutated in mutations(&value) {
            all += 1;
            // What is no statement any more is refused before anybody asks.
            let Ok(other) = serde_json::from_value::<Statement>(mutated) else { continue };
            if other.text() == text {
                continue;
            }
            read += 1;
            assert_ne!(other.hash(), of.hash());
            assert!(!verdict(&other, &acts).is_good(), "{}", other.text());

            // Moved over by somebody who can write the history, the signatures are of other bytes.
            let mut moved = acts.clone();
            for event in &mut moved {
                event.act.statement = other.hash();
            }
            let moved = verdict(&other, &moved);
            assert!(!moved.is_good() && moved.against.len() == 2, "{}", other.text());
        }
        assert!(all > 800 && read * 10 > all * 8, "{read} of {all} mutations are statements");
    }

    #[test]
    fn swapped_foreign_and_replayed_signatures_do_not_count() {
        let (of, mut earlier) = (statement(), statement());
        earlier.run_id = "2025-09-14-1".to_owned();
        let anna = signed(1, "Anna", Role::Communications, 1, &of, &of.text());
        for (what, bad) in [
            ("swapped", signed(2, "Bart", Role::Privacy, 1, &of, &of.text())),
            ("foreign key", signed(2, "Bart", Role::Privacy, 3, &of, &of.text())),
            ("foreign name", signed(2, "Chris", Role::Privacy, 2, &of, &of.text())),
            ("other role", signed(2, "Anna", Role::Privacy, 1, &of, &of.text())),
            ("replayed", signed(2, "Bart", Role::Privacy, 2, &of, &earlier.text())),
        ] {
            let verdict = verdict(&of, &[anna.clone(), bad]);
            assert_eq!(verdict.missing, [Role::Privacy], "{what}");
            assert_eq!(verdict.against.len(), 1, "{what}");
        }
    }

    #[test]
    fn approvals_carry_over_when_few_letters_are_left_out_and_nothing_else_differs() {
        let mut from = statement();
        from.letters.total = 200;
        let mut of = from.clone();
        of.job = "2500002".to_owned();
        of.letters.total = 198;
        let carried = |of: &Statement, left_out, total| {
            let said = Said::CarriedOver { from: from.hash(), left_out, of: total };
            let act = ApprovalAct {
                date: DATE,
                statement: of.hash(),
                by: "breachpost".to_owned(),
                role: None,
                said,
            };
            let mut acts = both(&from);
            acts.push(ApprovalEvent { event: 3, act });
            Verdict::of(of, &acts, &settings(), &|hash| (hash == from.hash()).then(|| from.clone()))
        };

        let good = carried(&of, 2, 200);
        assert!(good.is_good());
        assert_eq!(good.basis, Basis::CarriedOver { from: from.hash(), left_out: 2 });
        assert!(!carried(&of, 1, 200).is_good(), "the numbers do not fit");
        let mut more = of.clone();
        more.letters.total = 197;
        assert!(!carried(&more, 3, 200).is_good(), "more than one percent");
        let mut other = of.clone();
        other.made_with.facts.push('0');
        assert!(!carried(&other, 2, 200).is_good(), "made with something else");
        let mut new = of.clone();
        new.covers.insert(0, "category screening".to_owned());
        assert!(!carried(&new, 2, 200).is_good(), "something that nobody looked at");
    }

    #[test]
    fn a_standing_approval_covers_what_it_names_and_no_more() {
        let under = statement();
        let terms = under.standing.unwrap();
        let mut of = under.clone();
        of.job = "2500002".to_owned();
        of.run_date = terms.until;
        of.letters.total = terms.letters_a_night;
        let used = |letters| {
            let said = Said::Covered { under: under.hash(), letters };
            let act = ApprovalAct {
                date: DATE,
                statement: String::new(),
                by: "breachpost".to_owned(),
                role: None,
                said,
            };
            [ApprovalEvent { event: 3, act }]
        };

        assert_eq!(covers(&under, &of, &[]), Some(900));
        assert_eq!(covers(&under, &of, &used(900)), Some(0));
        assert_eq!(covers(&under, &of, &used(901)), None);

        let changed = |change: fn(&mut Statement)| {
            let mut other = of.clone();
            change(&mut other);
            covers(&under, &other, &[])
        };
        assert_eq!(changed(|of| of.letters.total += 1), None);
        assert_eq!(changed(|of| of.run_date = of.run_date.tomorrow().unwrap()), None);
        assert_eq!(changed(|of| of.made_with.program.push('0')), None);
        assert_eq!(changed(|of| of.settings.clear()), None);
        assert_eq!(changed(|of| of.covers.push("variant gp, first, en".to_owned())), None);
        let mut without = under.clone();
        without.standing = None;
        assert_eq!(covers(&without, &of, &[]), None);
    }
}
