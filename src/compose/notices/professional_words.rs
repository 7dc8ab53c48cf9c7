//! `[professional]` of the texts to providers: the sentences to people who work in health care.

use serde::Deserialize;

use crate::compose::texts::locale::tables;
use crate::compose::texts::slots::{Dated, Plain, SlotName, SlottedLine};
use crate::field::professional::ProfessionalItem;
use crate::field::terms::Status;

/// What these sentences may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfessionalSlot {
    /// The laboratory.
    Laboratory,
    /// Between which days the break-in was.
    Period,
    /// When the sender heard of it.
    Reported,
    /// Where to write about privacy.
    Privacy,
    /// The line that providers call.
    ProviderPhone,
    /// When somebody answers it.
    ProviderHours,
}

impl SlotName for ProfessionalSlot {
    const ALL: &'static [(&'static str, Self)] = &[
        ("laboratory", Self::Laboratory),
        ("period", Self::Period),
        ("reported", Self::Reported),
        ("privacy", Self::Privacy),
        ("provider_phone", Self::ProviderPhone),
        ("provider_hours", Self::ProviderHours),
    ];
    const EACH_ONCE: bool = false;

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, slot)| *slot)
    }
}

/// The professional's name, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSlot {
    /// As the list has it.
    Name,
}

impl SlotName for NameSlot {
    const ALL: &'static [(&'static str, Self)] = &[("name", Self::Name)];
    const EACH_ONCE: bool = true;

    fn named(name: &str) -> Option<Self> {
        (name == "name").then_some(Self::Name)
    }
}

/// Sentences to professionals.
pub type ProfessionalLine = SlottedLine<ProfessionalSlot>;

tables! {
    /// The table.
    ProfessionalWords {
        attention: SlottedLine<NameSlot>,
        personal: Plain,
        salutation: SlottedLine<NameSlot>,
        heading: ProfessionalTitles,
        news: Dated,
        key: ProfessionalKey,
        items: ProfessionalKinds,
        data: ProfessionalData,
        what: ProfessionalStory,
        misuse: ProfessionalMisuse,
        steps: ProfessionalSteps,
        contact: ProfessionalContact,
    }
    /// Headings.
    ProfessionalTitles { confirmed: Plain, not_excluded: Plain, shared_only: Plain, later: Plain }
    /// KEY.
    ProfessionalKey {
        confirmed: ProfessionalLine,
        not_excluded: ProfessionalLine,
        shared_only: ProfessionalLine,
    }
    /// Kinds of data.
    ProfessionalKinds { name: Plain, code: Plain, practice: Plain, phone: Plain, signature: Plain }
    /// DATA.
    ProfessionalData {
        heading: Plain,
        stolen: Plain,
        perhaps: Plain,
        stored: Plain,
        unknown: Plain,
    }
    /// WHAT.
    ProfessionalStory { heading: Plain, story: ProfessionalLine }
    /// MISUSE.
    ProfessionalMisuse {
        heading: Plain,
        lead: Plain,
        prescriptions: Plain,
        referrals: Plain,
        calls: Plain,
        mails: Plain,
    }
    /// DO.
    ProfessionalSteps { heading: Plain, staff: Plain, pharmacy: Plain, call_back: Plain, police: Plain }
    /// CONTACT.
    ProfessionalContact { heading: Plain, reach_us: ProfessionalLine, own: Plain }
}

impl ProfessionalTitles {
    /// The heading of a letter.
    pub const fn of(&self, status: Status, later: bool) -> &Plain {
        match status {
            _ if later => &self.later,
            Status::Confirmed => &self.confirmed,
            Status::NotExcluded => &self.not_excluded,
            Status::SharedOnly => &self.shared_only,
        }
    }
}

impl ProfessionalKey {
    /// The one for that status.
    pub const fn of(&self, status: Status) -> &ProfessionalLine {
        match status {
            Status::Confirmed => &self.confirmed,
            Status::NotExcluded => &self.not_excluded,
            Status::SharedOnly => &self.shared_only,
        }
    }
}

impl ProfessionalKinds {
    /// A kind in words.
    pub const fn of(&self, item: ProfessionalItem) -> &Plain {
        match item {
            ProfessionalItem::Name => &self.name,
            ProfessionalItem::Code => &self.code,
            ProfessionalItem::Practice => &self.practice,
            ProfessionalItem::Phone => &self.phone,
            ProfessionalItem::Signature => &self.signature,
        }
    }
}
