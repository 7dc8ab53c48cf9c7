//! Which scripts the letters of a text are from.

use unicode_general_category::get_general_category;

use super::is_letter;

/// Scripts seen in a text, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scripts(u8);

impl Scripts {
    /// No letter of any.
    pub(super) const NONE: Self = Self(0);
    pub(super) const LATIN: Self = Self(1);
    const GREEK: Self = Self(2);
    const CYRILLIC: Self = Self(4);
    const OTHER: Self = Self(8);

    /// Both together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Letters of more than one script: the sign of a look-alike.
    pub const fn mixed(self) -> bool {
        self.0.count_ones() > 1
    }
}

/// Script of a letter; what belongs to all scripts has none. Blocks are enough here: who mixes
/// look-alikes takes them from Greek or Cyrillic, and letters of any other script cannot be printed
/// at all.
pub(super) fn script(character: char) -> Scripts {
    match character {
        'A'..='Z'
        | 'a'..='z'
        | '\u{2C60}'..='\u{2C7F}'
        | '\u{A720}'..='\u{A7FF}'
        | '\u{AB30}'..='\u{AB64}'
        | '\u{FB00}'..='\u{FB06}' => Scripts::LATIN,
        '\0'..='\u{7F}' | '\u{02B0}'..='\u{036F}' => Scripts::default(),
        '\u{AA}'
        | '\u{BA}'
        | '\u{C0}'..='\u{02AF}'
        | '\u{1D00}'..='\u{1D25}'
        | '\u{1E00}'..='\u{1EFF}' => {
            if matches!(character, '×' | '÷') {
                Scripts::default()
            } else {
                Scripts::LATIN
            }
        }
        '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => Scripts::GREEK,
        '\u{0400}'..='\u{052F}'
        | '\u{1C80}'..='\u{1C8F}'
        | '\u{2DE0}'..='\u{2DFF}'
        | '\u{A640}'..='\u{A69F}' => Scripts::CYRILLIC,
        other if is_letter(get_general_category(other)) => Scripts::OTHER,
        _ => Scripts::default(),
    }
}
