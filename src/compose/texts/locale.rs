//! The locale files as types: one struct for both languages, so a sentence that is missing,
//! misspelt or has an unknown slot does not parse, whoever wrote the file.

use serde::Deserialize;

use super::slots::{Dated, Listing, PageLabel, Plain, SlottedText};
use crate::field::terms::{Audience, Format, Status};

/// The same sentences said to three kinds of readers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voiced<T = SlottedText> {
    adult: T,
    youth: T,
    parents: T,
}

impl<T> Voiced<T> {
    /// As said to that reader.
    pub const fn to(&self, audience: Audience) -> &T {
        match audience {
            Audience::Adult => &self.adult,
            Audience::Youth => &self.youth,
            Audience::Parents => &self.parents,
        }
    }
}

/// Declares the tables of a locale file; every field is required and no other is permitted.
macro_rules! tables {
    ($($(#[$meta:meta])* $table:ident { $($key:ident: $kind:ty),+ $(,)? })+) => {
        $($(#[$meta])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $table { $(#[doc = concat!("`", stringify!($key), "`")] pub $key: $kind),+ })+
    };
}

pub(in crate::compose) use tables;

tables! {
    /// A whole locale file; the tables carry the names of the blocks of docs/letters.md in lower
    /// case.
    Locale {
        frame: FrameTexts,
        heading: Headings,
        anew: AnewTexts,
        news: News,
        key: Key,
        why: Why,
        multi: Multi,
        data: Data,
        items: ItemWords,
        what: What,
        published: PublishedTexts,
        risk: Risk,
        you: You,
        real: Real,
        we: We,
        care: Care,
        help: Help,
        contact: Contact,
        rights: Voiced,
        sign: Voiced,
    }
    /// Words around the text.
    FrameTexts {
        date_label: Plain,
        reference_label: Plain,
        page_label: PageLabel,
        rehearsal: Plain,
        closing: Plain,
        phone_line: SlottedText,
        country: Plain,
        other_language: SlottedText,
        other_language_in_custody: Plain,
        large_print: ByFormat,
        large_print_in_custody: ByFormat,
    }
    /// One for each size of print.
    ByFormat { standard: Voiced, large: Voiced }
    /// HEAD.
    Headings { first: ByStatus<Voiced>, supplement: ByStatus<Voiced>, correction: Voiced }
    /// ANEW.
    AnewTexts {
        new_address: Voiced<Dated>,
        returned: Voiced<Dated>,
        wrong_text: Voiced<Dated>,
        language: Voiced<Dated>,
        large_print: Voiced<Dated>,
    }
    /// SUPP.
    News {
        supplement: Voiced<Dated>,
        correction: Voiced<Dated>,
        nothing_more: Plain,
        certain: Voiced,
        maybe: Voiced,
        less_certain: Voiced,
        only_shared: Voiced,
        certain_all: Plain,
        maybe_all: Plain,
        first_list: Plain,
        published_yes: Voiced,
        published_no: Voiced,
        published_unknown: Voiced,
        file_added: Voiced,
        file_removed: Voiced,
        also_stolen: Voiced<Listing>,
        also_possible: Voiced<Listing>,
        doubtful: Listing,
        withdrawn: Listing,
    }
    /// KEY.
    Key {
        confirmed: Voiced,
        not_excluded: Voiced,
        not_excluded_kinds_unknown: Voiced,
        not_excluded_seen: Voiced,
        shared_only_no_sign: Voiced,
        shared_only_unsure: Voiced,
        shared_only_seen: Voiced,
        later: KeyLater,
        companion: Companion,
    }
    /// KEY of supplements and corrections, where the full story was told before.
    KeyLater { confirmed: Voiced, not_excluded: Voiced }
    /// PARENT and YOUTH: what a letter that does not speak to an adult about themselves says more.
    Companion { youth: Plain, parents: Plain }
    /// WHY.
    Why {
        heading: Voiced,
        screening: Voiced,
        hospital: Voiced,
        hospital_named: Plain,
        gp: Voiced,
        gp_named: Plain,
        prisoner: Voiced,
    }
    /// MULTI.
    Multi { intro: Voiced, hospital: Voiced, gp: Voiced, screening: Voiced }
    /// DATA.
    Data {
        heading: DataHeadings,
        possible: Voiced,
        possible_too: Plain,
        stored: Plain,
        stored_too: Plain,
        kinds_unknown: Voiced,
        not_involved: Voiced<Listing>,
    }
    /// Headings of DATA.
    DataHeadings { confirmed: Voiced, not_excluded: Plain, shared_only: Plain }
    /// The kinds of data, as list items.
    ItemWords {
        name: Plain,
        address: Plain,
        birth_date: Plain,
        sex: Plain,
        bsn: Plain,
        phone: Plain,
        email: Plain,
        exam_type: Plain,
        exam_type_screening: Plain,
        exam_type_prisoner: Plain,
        result: Plain,
        medical_test: Plain,
        requester: Plain,
        requester_screening: Plain,
        insurer: Plain,
    }
    /// WHAT.
    What { heading: Plain, story: SlottedText, story_later: SlottedText }
    /// PUB.
    PublishedTexts { yes_removed: Voiced, yes_still_there: Voiced, no: Voiced, unknown: Voiced }
    /// RISK.
    Risk {
        heading: Voiced,
        not_excluded: Voiced,
        careful: Voiced,
        any: Voiced,
        any_in_custody: Voiced,
        health: Voiced,
        bsn: Voiced,
        contact: Voiced,
        contact_in_custody: Voiced,
        address: Voiced,
        address_in_custody: Voiced,
        insurer: Voiced,
    }
    /// YOU.
    You {
        heading: Voiced,
        heading_to_be_safe: Voiced,
        call: Voiced,
        call_in_custody: Voiced,
        message: Voiced,
        message_in_custody: Voiced,
        contact: Plain,
        health: Voiced,
        health_abroad: Voiced,
        health_in_custody: Voiced,
        bsn: Voiced,
        bsn_abroad: Voiced,
        bsn_in_custody: Voiced,
        insurer: Voiced,
        insurer_in_custody: Voiced,
        published: Plain,
    }
    /// REAL.
    Real { heading: Plain, never: Voiced, doubt: Voiced, doubt_in_custody: Voiced, other_senders: Voiced }
    /// WE.
    We { heading: Plain, update: Voiced }
    /// CARE.
    Care {
        heading_screening: Voiced,
        screening: Voiced,
        hospital: Voiced,
        gp: Voiced,
        in_custody: Voiced,
        after_custody: Voiced,
    }
    /// HELP.
    Help {
        heading: Voiced,
        support: Voiced,
        support_abroad: Voiced,
        support_in_custody: Voiced,
        support_later: Voiced,
        support_later_abroad: Voiced,
        support_later_in_custody: Voiced,
        safety: Voiced,
        safety_abroad: Voiced,
        safety_in_custody: Voiced,
    }
    /// CONTACT.
    Contact { reach_us: Voiced, reach_us_abroad: Voiced, reach_us_in_custody: Voiced, privacy: Voiced }
}

/// One for each [`Status`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByStatus<T> {
    confirmed: T,
    not_excluded: T,
    shared_only: T,
}

impl<T> ByStatus<T> {
    /// The one for that status.
    pub const fn of(&self, status: Status) -> &T {
        match status {
            Status::Confirmed => &self.confirmed,
            Status::NotExcluded => &self.not_excluded,
            Status::SharedOnly => &self.shared_only,
        }
    }
}

impl ByFormat {
    /// The one for that size.
    pub const fn of(&self, format: Format) -> &Voiced {
        match format {
            Format::Standard => &self.standard,
            Format::Large => &self.large,
        }
    }
}
