//! From cells to typed rows, one function per list.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::field::cells::Cells;
use crate::field::ids::RowRef;
use crate::field::professional::{Professional, Requester};
use crate::field::reason::Reason;
use crate::field::row::{
    Denials, Exposure, List, Open, Provider, ProviderKind, Refused, Registrant, Remains,
    Suppression, SuppressionReason,
};
use crate::field::shared::{self, Shared};
use crate::field::terms::{Published, Status};

use super::raw::Raw;
use super::schema::{self, position};
use super::text::Rule;

/// A row of one of the lists.
pub(super) trait Record: Sized + Send + Clone {
    /// The columns, in contract order.
    const COLUMNS: &'static [&'static str];

    /// Reads every cell; unreadable ones are noted in `raw` and empty here. `None` when even that
    /// is impossible.
    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self>;

    /// Whether a row with unreadable cells is used all the same: when what they may have said at
    /// worst is known, and nothing else is open.
    fn is_usable(&self, _raw: &Raw<'_>) -> bool {
        false
    }

    /// Keeps once what many rows say.
    fn share(&mut self, _known: &mut HashSet<Shared<Requester>>) {}

    /// What is left when the row is not used; `None` where nobody asks.
    fn remains(self) -> Option<Remains>;
}

/// Packs text cells; the caps of the columns keep them far below what fits.
fn pack<const N: usize>(raw: &mut Raw<'_>, cells: &[Cow<'_, str>; N]) -> Option<Cells<N>> {
    let packed = Cells::pack(cells.each_ref().map(|cell| &**cell));
    if packed.is_none() {
        raw.fault(0, Reason::R109);
    }
    packed
}

impl Record for Exposure {
    const COLUMNS: &'static [&'static str] = schema::EXPOSURES;

    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self> {
        const fn at(name: &str) -> usize {
            position(schema::EXPOSURES, name)
        }
        let country = raw.text(const { at("country") }, Rule::COUNTRY);
        let cells = [
            raw.record_id(const { at("record_id") }),
            raw.dataset_id(const { at("dataset_id") }),
            raw.text(const { at("first_names") }, Rule::NAMES),
            raw.text(const { at("initials") }, Rule::INITIALS),
            raw.text(const { at("surname_prefix") }, Rule::PARTICLE),
            raw.text(const { at("surname") }, Rule::NAMES),
            raw.text(const { at("street") }, Rule::STREET),
            raw.text(const { at("house_number") }, Rule::HOUSE),
            raw.text(const { at("house_letter") }, Rule::HOUSE),
            raw.text(const { at("house_addition") }, Rule::HOUSE),
            raw.postcode(const { at("postcode") }, &country),
            raw.text(const { at("town") }, Rule::TOWN),
            country,
            raw.provider_code(const { at("provider_code") }),
        ];

        let bsn = raw.bsn(const { at("bsn") });
        let birth_date = raw.birth_date(const { at("birth_date") });
        let sex = raw.word(const { at("sex") });
        let sample_date = raw.date(const { at("sample_date") });
        let status = raw.required_word(const { at("status") });
        let published = raw.word(const { at("published") }).unwrap_or(Published::Unknown);
        let items = raw.items(const { at("items") });
        let custody = raw.word(const { at("custody") });
        let category = raw.open_word(const { at("category") });

        Some(Self {
            row,
            cells: pack(raw, &cells)?,
            bsn,
            birth_date,
            sex,
            category,
            sample_date,
            // A row without a status is never used; its remains tell whose it is.
            status: status.unwrap_or(Status::SharedOnly),
            published,
            items,
            custody,
            requester: requester(raw).map(Shared::from),
        })
    }

    fn share(&mut self, known: &mut HashSet<Shared<Requester>>) {
        self.requester = self.requester.take().map(|own| shared::one_of(known, own));
    }

    fn remains(self) -> Option<Remains> {
        Some(Remains::Exposure(Box::new(self)))
    }
}

/// Who asked for the test; `None`: the record does not say. A cell of theirs that cannot be read is no
/// fault of the patient's row.
fn requester(raw: &mut Raw<'_>) -> Option<Requester> {
    const COLUMNS: [usize; 3] = [
        position(schema::EXPOSURES, "professional_code"),
        position(schema::EXPOSURES, "professional_name"),
        position(schema::EXPOSURES, "professional_items"),
    ];
    if COLUMNS.iter().all(|column| raw.is_empty(*column)) {
        return None;
    }
    let [code, name, items] = COLUMNS;
    let found = Requester {
        code: raw.provider_code(code).into_owned(),
        name: raw.text(name, Rule::DISPLAY_NAME).into_owned(),
        items: raw.professional_items(items),
        is_unreadable: false,
    };
    Some(Requester { is_unreadable: raw.excuse(&COLUMNS), ..found })
}

impl Record for Registrant {
    const COLUMNS: &'static [&'static str] = schema::REGISTRANTS;

    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self> {
        const fn at(name: &str) -> usize {
            position(schema::REGISTRANTS, name)
        }
        let country = raw.text(const { at("country") }, Rule::COUNTRY);
        let [line_1, line_2, line_3] = raw.foreign_lines(
            const { [at("foreign_line_1"), at("foreign_line_2"), at("foreign_line_3")] },
        );
        let cells = [
            raw.person_ref(const { at("person_ref") }),
            raw.text(const { at("first_names") }, Rule::NAMES),
            raw.text(const { at("initials") }, Rule::INITIALS),
            raw.text(const { at("surname_prefix") }, Rule::PARTICLE),
            raw.text(const { at("surname") }, Rule::NAMES),
            raw.text(const { at("partner_surname_prefix") }, Rule::PARTICLE),
            raw.text(const { at("partner_surname") }, Rule::NAMES),
            raw.text(const { at("street") }, Rule::STREET),
            raw.text(const { at("house_number") }, Rule::HOUSE),
            raw.text(const { at("house_letter") }, Rule::HOUSE),
            raw.text(const { at("house_addition") }, Rule::HOUSE),
            raw.postcode(const { at("postcode") }, &country),
            raw.text(const { at("town") }, Rule::TOWN),
            raw.text(const { at("municipality") }, Rule::TOWN),
            raw.text(const { at("location_description") }, Rule::LOCATION),
            line_1,
            line_2,
            line_3,
            country,
        ];

        let cells = pack(raw, &cells);
        let registrant = Self {
            row,
            bsn: raw.bsn(const { at("bsn") }),
            cells: cells?,
            title: raw.word(const { at("title") }),
            name_use: raw.word(const { at("name_use") }),
            partner_title: raw.word(const { at("partner_title") }),
            partner_ended: raw.event_date(const { at("partner_ended") }),
            sex: raw.word(const { at("sex") }),
            birth_date: raw.birth_date(const { at("birth_date") }),
            house_indication: raw.word(const { at("house_indication") }),
            language: raw.word(const { at("language") }),
            letter_format: raw.word(const { at("letter_format") }),
            deceased_on: raw.event_date(DECEASED_ON),
            deceased_unreadable: raw.is_faulty(DECEASED_ON),
            protected_address: raw.flag(const { at("protected_address") }),
            whereabouts_unknown: raw.flag(const { at("whereabouts_unknown") }),
            denies: Denials {
                protected_address: raw.denies(const { at("protected_address") }),
                whereabouts_unknown: raw.denies(const { at("whereabouts_unknown") }),
            },
        };

        Some(registrant)
    }

    /// An unreadable flag counts as set, an unreadable date of death as a death to be checked.
    fn is_usable(&self, raw: &Raw<'_>) -> bool {
        const FLAGS: [usize; 3] = [
            DECEASED_ON,
            position(schema::REGISTRANTS, "protected_address"),
            position(schema::REGISTRANTS, "whereabouts_unknown"),
        ];
        raw.is_sound_but_for(&FLAGS)
    }

    fn remains(self) -> Option<Remains> {
        Some(Remains::Registrant(Box::new(self)))
    }
}

const DECEASED_ON: usize = position(schema::REGISTRANTS, "deceased_on");

impl Record for Provider {
    const COLUMNS: &'static [&'static str] = schema::PROVIDERS;

    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self> {
        const CODE: usize = position(schema::PROVIDERS, "provider_code");
        const fn at(name: &str) -> usize {
            position(schema::PROVIDERS, name)
        }
        let code = raw.provider_code(CODE);
        if code.is_empty() && raw.is_sound() {
            raw.fault(CODE, Reason::R108);
        }

        let kind = raw.required_word(const { at("kind") });
        let display_name = raw.text(const { at("display_name") }, Rule::DISPLAY_NAME);
        let confirmed_on = raw.date(const { at("confirmed_on") });
        let cells = [
            raw.text(const { at("street") }, Rule::STREET),
            raw.text(const { at("house_number") }, Rule::HOUSE),
            raw.text(const { at("house_letter") }, Rule::HOUSE),
            raw.text(const { at("house_addition") }, Rule::HOUSE),
            raw.postcode(const { at("postcode") }, ""),
            raw.text(const { at("town") }, Rule::TOWN),
        ];

        let contact_email = raw.text(const { at("contact_email") }, Rule::EMAIL);
        let closed_on = raw.date(const { at("closed_on") });
        let merged_into = raw.provider_code(const { at("merged_into") });
        Some(Self {
            row,
            code: code.into_owned(),
            kind: kind.unwrap_or(ProviderKind::Custodial),
            display_name: display_name.into_owned(),
            confirmed_on,
            cells: pack(raw, &cells)?,
            contact_email: contact_email.into_owned(),
            closed_on,
            merged_into: merged_into.into_owned(),
        })
    }

    fn remains(self) -> Option<Remains> {
        Some(Remains::Provider(Box::new(self)))
    }
}

impl Record for Professional {
    const COLUMNS: &'static [&'static str] = schema::PROFESSIONALS;

    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self> {
        const PRACTICE: usize = position(schema::PROFESSIONALS, "provider_code");
        const NAME: usize = position(schema::PROFESSIONALS, "name");
        const fn at(name: &str) -> usize {
            position(schema::PROFESSIONALS, name)
        }
        let code = raw.provider_code(const { at("professional_code") });
        let name = raw.text(NAME, Rule::DISPLAY_NAME);
        let provider_code = raw.provider_code(PRACTICE);
        for (cell, column) in [(&name, NAME), (&provider_code, PRACTICE)] {
            if cell.is_empty() && !raw.is_faulty(column) {
                raw.fault(column, Reason::R108);
            }
        }

        let status = raw.required_word(const { at("status") });
        Some(Self {
            row,
            code: code.into_owned(),
            name: name.into_owned(),
            provider_code: provider_code.into_owned(),
            dataset_id: raw.dataset_id(const { at("dataset_id") }).into_owned(),
            // A row without a status is never used.
            status: status.unwrap_or(Status::SharedOnly),
            items: raw.professional_items(const { at("items") }),
            left_on: raw.date(const { at("left_on") }),
        })
    }

    fn remains(self) -> Option<Remains> {
        // It is nobody's but its own.
        None
    }
}

impl Record for Suppression {
    const COLUMNS: &'static [&'static str] = schema::SUPPRESSIONS;

    fn parse(raw: &mut Raw<'_>, row: RowRef) -> Option<Self> {
        const fn at(name: &str) -> usize {
            position(schema::SUPPRESSIONS, name)
        }
        let bsn = raw.bsn(const { at("bsn") });
        let person_ref = raw.person_ref(const { at("person_ref") });
        let reason = raw.required_word(const { at("reason") });
        let source = raw.text(const { at("source") }, Rule::SOURCE);
        let since = raw.date(const { at("since") });
        let since_partly = raw.partly(const { at("since") });

        Some(Self {
            row,
            bsn,
            person_ref: person_ref.into_owned(),
            reason: reason.unwrap_or(SuppressionReason::Other),
            source: source.into_owned(),
            since,
            since_partly,
            since_unreadable: since_partly.is_none() && raw.is_faulty(const { at("since") }),
        })
    }

    /// An unreadable reason counts as another reason; whoever one of the two numbers names is not
    /// written to.
    fn is_usable(&self, _raw: &Raw<'_>) -> bool {
        self.bsn.is_some() || !self.person_ref.is_empty()
    }

    fn remains(self) -> Option<Remains> {
        Some(Remains::Suppression)
    }
}

/// Two rows with one code and different content: nobody can say which is right, so neither is named
/// and, where the addresses or the kinds differ, no letter goes there: an institution without an
/// address holds its people (I24). A row that cannot be read may be such a second row of any code
/// that it may have. Returns how many codes that concerns.
pub(super) fn settle_providers(providers: &mut [Provider], refused: &[Refused]) -> usize {
    let mut by_code: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, provider) in providers.iter().enumerate() {
        by_code.entry(provider.code.clone()).or_default().push(index);
    }

    let unreadable: Vec<&Refused> =
        refused.iter().filter(|row| row.list == List::Providers).collect();
    let mut disputed = 0;
    for (code, rows) in by_code {
        let first = &providers[rows[0]];
        let doubted = rows
            .iter()
            .any(|row| unreadable.iter().any(|other| may_be(other, &code, &providers[*row])));
        let same_place = !doubted
            && rows.iter().all(|row| {
                providers[*row].kind == first.kind && providers[*row].cells == first.cells
            });
        let same_name = !doubted
            && rows.iter().all(|row| {
                let other = &providers[*row];
                other.display_name == first.display_name
                    && other.confirmed_on == first.confirmed_on
                    && (other.closed_on, &other.merged_into)
                        == (first.closed_on, &first.merged_into)
            });
        if same_place && same_name {
            continue;
        }
        disputed += 1;
        for row in rows {
            providers[row].confirmed_on = None;
            if !same_place {
                providers[row].cells = no_address();
            }
        }
    }

    disputed
}

/// Whether an unreadable row may be about the provider with this code: its code is that one, or
/// cannot be read and may have been. Of a code of which nothing is left, it may be any
/// institution's.
fn may_be(row: &Refused, code: &str, provider: &Provider) -> bool {
    row.remains.iter().any(|remains| {
        let Remains::Provider(remains) = remains else { return false };
        if !remains.code.is_empty() {
            return remains.code == code;
        }
        match &row.digits {
            Some(digits) => digits.may_be(code),
            None => {
                provider.kind == ProviderKind::Custodial && remains.kind == ProviderKind::Custodial
            }
        }
    }) || (row.open.has(Open::RAGGED) && provider.kind == ProviderKind::Custodial)
}

fn no_address() -> Cells<6> {
    Cells::pack([""; 6]).expect("six empty cells fit")
}
