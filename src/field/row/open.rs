//! Which cells of a row could not be read.

/// What of a row could not be read, as far as it tells whose row it is: a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open(u16);

impl Open {
    /// BSN.
    pub const BSN: Self = Self(1);
    /// Number of the record or of the person, and the dataset.
    pub const ID: Self = Self(2);
    /// First names.
    pub const FIRST_NAMES: Self = Self(4);
    /// Initials.
    pub const INITIALS: Self = Self(8);
    /// Own or partner's surname.
    pub const SURNAME: Self = Self(16);
    /// Birth date.
    pub const BIRTH_DATE: Self = Self(32);
    /// Sex.
    pub const SEX: Self = Self(64);
    /// Any part of the address.
    pub const ADDRESS: Self = Self(128);
    /// Provider code.
    pub const PROVIDER: Self = Self(256);
    /// Kind of provider.
    pub const KIND: Self = Self(512);
    /// A column that does not tell whose row it is.
    pub const OTHER: Self = Self(1024);
    /// The row has more or fewer cells than the header: nothing is where it should be.
    pub const RAGGED: Self = Self(2048);

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of `other` could not be read.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
