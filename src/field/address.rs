//! Addresses as the register and the lab write them down, before they become lines on paper.

/// BRP 11.50 indication with a house number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HouseIndication {
    /// `to`: opposite (printed `t/o`).
    To,
    /// `by`: near (printed `bij`).
    By,
}

/// One address, borrowed from a row. Empty text means missing.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// Street (BRP 11.10), `Postbus` or `Antwoordnummer`.
    pub street: &'a str,
    /// House number as typed; may hold letter and addition ("12 A-2").
    pub house_number: &'a str,
    /// BRP 11.30.
    pub house_letter: &'a str,
    /// BRP 11.40.
    pub house_addition: &'a str,
    /// BRP 11.50.
    pub house_indication: Option<HouseIndication>,
    /// `9999AA` after reading.
    pub postcode: &'a str,
    /// Town (BRP 11.70).
    pub town: &'a str,
    /// Municipality of registration (BRP 09.10).
    pub municipality: &'a str,
    /// Location description (BRP 12.10), for instance a houseboat.
    pub location_description: &'a str,
    /// Lines of a foreign address (BRP 13.30 to 13.50), verbatim.
    pub foreign_lines: [&'a str; 3],
    /// Country as typed: ISO code, BRP code or name; empty = the Netherlands.
    pub country: &'a str,
}

/// Where the printed address came from (docs/policy.md: participants, then register, then the
/// exposure row).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AddressSource {
    /// The screening programme's list.
    Participants,
    /// The population register.
    Register,
    /// The lab's own row.
    Exposure,
    /// The institution where the person is held.
    Institution,
    /// What a human decided (`breachpost review decide`).
    Decision,
}
