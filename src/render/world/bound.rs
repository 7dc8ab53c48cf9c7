//! Laid-out pages as a PDF, and documents that were laid out apart bound as one, for the archive.

use jiff::civil::Date;
use typst::foundations::{Datetime, Smart};
use typst::model::Document;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{DOSSIER, Laid, Workshop};
use crate::render::RenderError;
use crate::render::dossier::DossierPages;

impl Workshop {
    /// Lays the pages of a dossier out that come before its letters.
    ///
    /// # Errors
    /// As [`Workshop::lay`].
    pub fn lay_dossier(&self, pages: &DossierPages) -> Result<Laid, RenderError> {
        self.compile(DOSSIER, pages)
    }
}

impl Laid {
    /// These pages and behind them those of the letters.
    pub fn bound(self, letters: &[Self]) -> Self {
        let letters = letters.iter().flat_map(|letter| letter.0.pages());
        let pages = self.0.pages().iter().chain(letters).cloned().collect();
        Self(PagedDocument::new(pages, self.0.info().clone()))
    }

    /// PDF/A-2u without tags, for the archive: what was laid out apart has no common structure.
    ///
    /// # Errors
    /// [`RenderError::Standard`] when the standard cannot be met.
    pub fn archive(&self, ident: &str, date: Date) -> Result<Vec<u8>, RenderError> {
        self.export_as(ident, date, &[PdfStandard::A_2u], false)
    }

    /// PDF that claims these standards.
    pub(super) fn export_as(
        &self,
        ident: &str,
        date: Date,
        standards: &[PdfStandard],
        tagged: bool,
    ) -> Result<Vec<u8>, RenderError> {
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        let midnight = Datetime::from_ymd_hms(date.year().into(), month, day, 0, 0, 0);
        let options = PdfOptions {
            ident: Smart::Custom(ident.to_owned()),
            creator: Smart::Custom(Some("breachpost".to_owned())),
            timestamp: midnight.map(Timestamp::new_utc),
            standards: PdfStandards::new(standards).map_err(|_| RenderError::Standard)?,
            tagged,
            ..PdfOptions::default()
        };

        typst_pdf::pdf(&self.0, &options).map_err(|_| RenderError::Standard)
    }
}
