//! ANEW: why somebody gets a letter that takes the place of an earlier one. It is the first line.

use super::dates;
use super::writer::{TextWriter, paragraph};
use crate::field::body::Block;
use crate::field::reissue::ReissueReason;

impl TextWriter<'_> {
    /// The block, in letters only that take the place of one that somebody may have read.
    pub fn anew(&self) -> Option<Block> {
        let texts = &self.locale.anew;
        let anew = self.subject.anew?;
        let earlier = dates::in_words(anew.earlier, self.subject.language);
        let text = match anew.reason {
            ReissueReason::NewAddress => &texts.new_address,
            ReissueReason::Returned => &texts.returned,
            ReissueReason::WrongText => &texts.wrong_text,
            ReissueReason::Language => &texts.language,
            ReissueReason::LargePrint => &texts.large_print,
            ReissueReason::Destroyed => return None,
        };
        Some(paragraph("ANEW", self.date(text, &earlier)))
    }
}
