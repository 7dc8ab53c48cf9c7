//! A print file: bodies as form XObjects, written once and drawn by every letter that has them, and
//! on each page one person's values, bars and sheet mark. Pure black (DeviceGray) throughout; faces
//! embedded and subset.

use std::collections::BTreeMap;

use pdf_writer::types::OutputIntentSubtype;
use pdf_writer::writers::Resources;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect as Box4, Ref, Str, TextStr};
use sha2::{Digest, Sha256};

use crate::base::defect::{self, Defect};
use crate::config::{Print, SheetMark};
use crate::field::draft::Kix;
use crate::field::job_number::JobNumber;
use crate::field::place::Planned;
use crate::render::RenderError;
use crate::render::form::{Form, Stock};
use crate::render::gate::slot_value;
use crate::render::geometry::{MARK, MARK_MODULE, MM_PER_PT, PAGE_HEIGHT, PAGE_WIDTH, Sheet};
use crate::render::ink::{mm, pt, rectangle, round, up};
use crate::render::input::{address_block, bars};
use crate::render::laid::{Face, Slot, SlotKey};
use crate::render::metrics::FontMetrics;
use crate::render::sheet_mark::{SheetCode, runs};
use crate::render::type_case::TypeCase;

const BODY: Name<'static> = Name(b"B");
const RESOURCES: Name<'static> = Name(b"Resources");

/// A print file in the making.
pub(super) struct PrintFile<'a> {
    print: &'a Print,
    job: JobNumber,
    pdf: Pdf,
    next: i32,
    tree: Ref,
    pages: Vec<Ref>,
    faces: [TypeCase<'a>; 2],
    /// Resources of the pages of each body.
    forms: BTreeMap<&'a str, Vec<Ref>>,
    /// Resources of what draws no body.
    plain: Ref,
    /// Where the vendor asks for one.
    title: Option<&'a str>,
    ident: Sha256,
}

impl<'a> PrintFile<'a> {
    pub fn new(metrics: &'a FontMetrics, print: &'a Print, job: JobNumber) -> Self {
        let mut next = 1;
        let mut take = || {
            next += 1;
            Ref::new(next - 1)
        };

        let (tree, plain) = (take(), take());
        let faces = Face::ALL.map(|face| TypeCase::new(metrics.face(face), take()));
        let mut pdf = Pdf::with_capacity(1 << 20);
        pdf.set_version(1, 7);

        Self {
            print,
            job,
            pdf,
            next,
            tree,
            pages: Vec::new(),
            faces,
            forms: BTreeMap::new(),
            plain,
            title: None,
            ident: Sha256::new_with_prefix(b"breachpost print file"),
        }
    }

    fn take(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next - 1)
    }

    /// Adds a letter: its pages, the blank back if there is one, and its share of the file's
    /// identity.
    pub fn letter(&mut self, letter: &'a Planned, stock: &'a Stock) -> Result<(), RenderError> {
        let resources = self.body(&letter.draft.body, stock);

        if self.print.title {
            self.title.get_or_insert_with(|| title(&letter.place.print_file));
        }

        self.ident.update(letter.draft.letter_id.to_string());

        for index in 0..letter.place.pages {
            let at = usize::try_from(index).unwrap_or(usize::MAX);
            let content = match stock.pages.get(at) {
                Some(page) => self.page(letter, stock, page, index)?,
                None => self.blank(stock),
            };
            self.add(&content, resources.get(at).copied());
        }

        Ok(())
    }

    /// The resources of the pages that draw a body, its forms written when its first letter comes
    /// by.
    fn body(&mut self, key: &'a str, stock: &'a Stock) -> Vec<Ref> {
        if let Some(forms) = self.forms.get(key) {
            return forms.clone();
        }
        let forms: Vec<Ref> = stock.pages.iter().map(|page| self.form(page)).collect();
        self.forms.insert(key, forms.clone());
        forms
    }

    /// Writes a form, and the resources of the pages that draw it.
    fn form(&mut self, form: &Form) -> Ref {
        for (&(face, glyph), text) in &form.texts {
            self.faces[face as usize].add(glyph, text);
        }

        for (case, glyphs) in self.faces.iter_mut().zip(&form.glyphs) {
            glyphs.iter().for_each(|&glyph| case.add(glyph, ""));
        }

        let (id, resources) = (self.take(), self.take());
        let mut object = self.pdf.form_xobject(id, &form.packed);
        object.filter(Filter::FlateDecode);
        object.bbox(paper());
        object.pair(RESOURCES, self.plain);
        object.finish();

        let mut dict = self.pdf.indirect(resources).start::<Resources>();
        fonts(&mut dict, &self.faces);
        dict.x_objects().pair(BODY, id);

        resources
    }

    fn page(
        &mut self,
        letter: &Planned,
        stock: &Stock,
        page: &Form,
        index: u32,
    ) -> Result<Content, RenderError> {
        let mut content = Content::with_capacity(2048);
        content.x_object(BODY).begin_text();

        for slot in &page.slots {
            if slot.key != SlotKey::Rehearsal {
                let value = slot_value(slot.key, &letter.draft, stock);
                self.line(&mut content, slot, &value);
            }
        }

        let per_sheet = if self.print.duplex { 2 } else { 1 };

        if index == 0 {
            self.address(&mut content, letter);
        }

        content.end_text();

        if index == 0 {
            self.bars(&mut content, letter)?;
        }

        if index.is_multiple_of(per_sheet) && self.print.sheet_mark == SheetMark::Own {
            self.mark(&mut content, letter, index / per_sheet + 1)?;
        }

        Ok(content)
    }

    /// A blank back holds nothing but the rehearsal line.
    fn blank(&mut self, stock: &Stock) -> Content {
        let mut content = Content::new();
        let slots = stock.pages.first().map_or(&[][..], |page| &page.slots);
        if let Some(slot) = slots.iter().find(|slot| slot.key == SlotKey::Rehearsal) {
            content.begin_text();
            self.line(&mut content, slot, &stock.rehearsal);
            content.end_text();
        }
        content
    }

    /// One line of text; inside a text object.
    fn line(&mut self, content: &mut Content, slot: &Slot, text: &str) {
        if text.is_empty() {
            return;
        }
        let face = &mut self.faces[slot.face as usize];
        content.set_font(face.name(), round(slot.size));
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, round(slot.x), up(slot.y)]);
        content.show(Str(&face.line(text)));
    }

    fn address(&mut self, content: &mut Content, letter: &Planned) {
        let sheet = Sheet::of(&self.print.window);
        for (index, text) in address_block(&letter.draft).enumerate() {
            let slot = Slot {
                key: SlotKey::Salutation,
                face: Face::Regular,
                size: sheet.address_size,
                x: sheet.address_x / MM_PER_PT,
                y: sheet.address_line(index) / MM_PER_PT,
            };
            self.line(content, &slot, text);
        }
    }

    fn bars(&self, content: &mut Content, letter: &Planned) -> Result<(), RenderError> {
        let Kix::Code(code) = &letter.draft.kix else { return Ok(()) };
        let lines = address_block(&letter.draft).count();
        let bars = bars(code, lines, &self.print.window)
            .ok_or(RenderError::Plan { letter_id: letter.draft.letter_id })?;
        for bar in bars {
            let (width, height) = (bar.right - bar.left, bar.bottom - bar.top);
            rectangle(content, mm(bar.left, bar.top, width, height));
        }

        content.fill_nonzero();
        Ok(())
    }

    /// Modules are drawn in their own unit, which keeps the numbers short: half of a page's bytes
    /// are its mark.
    fn mark(&self, content: &mut Content, letter: &Planned, sheet: u32) -> Result<(), RenderError> {
        let code = SheetCode {
            job: self.job.get(),
            seq: letter.place.seq,
            sheet,
            of: letter.place.sheets,
        };
        let symbol =
            code.symbol().ok_or(RenderError::Plan { letter_id: letter.draft.letter_id })?;
        let (unit, left, top) = (pt(MARK_MODULE), pt(MARK.left), up(MARK.top / MM_PER_PT));
        content.save_state().transform([unit, 0.0, 0.0, -unit, left, top]);

        for (column, row, length) in runs(&symbol) {
            content.rect(column.into(), row.into(), length.into(), 1.0);
        }

        content.fill_nonzero().restore_state();
        Ok(())
    }

    fn add(&mut self, content: &Content, resources: Option<Ref>) {
        let (page, stream) = (self.take(), self.take());
        self.pdf.stream(stream, content.as_bytes());
        let mut dict = self.pdf.page(page);
        dict.parent(self.tree).contents(stream);

        if self.print.trim_box {
            dict.trim_box(paper());
        }

        dict.pair(RESOURCES, resources.unwrap_or(self.plain));
        dict.finish();
        self.pages.push(page);
    }

    /// Writes page tree, faces and trailer.
    pub fn finish(mut self) -> Result<Vec<u8>, RenderError> {
        let (catalog, info) = (self.take(), self.take());
        let count = i32::try_from(self.pages.len()).map_err(|_| RenderError::Standard)?;
        self.pdf.pages(self.tree).kids(self.pages.iter().copied()).count(count).media_box(paper());
        fonts(&mut self.pdf.indirect(self.plain).start::<Resources>(), &self.faces);

        for face in &self.faces {
            face.write(&mut self.pdf, &mut self.next)?;
        }

        let mut dict = self.pdf.catalog(catalog);
        dict.pages(self.tree);

        if let Some(intent) = self.print.output_intent {
            let mut intents = dict.output_intents();
            let mut written = intents.push();
            written.subtype(OutputIntentSubtype::PDFX);
            written
                .output_condition_identifier(TextStr(intent.word()))
                .registry_name(TextStr("http://www.color.org"));
        }

        dict.finish();
        let mut dict = self.pdf.document_info(info);
        dict.producer(TextStr("breachpost"));

        if defect::is(Defect::ClockInPrintFile) {
            dict.producer(TextStr(&format!("{:?}", std::time::SystemTime::now())));
        }

        if let Some(title) = self.title {
            dict.title(TextStr(title));
        }

        dict.finish();
        let ident = self.ident.finalize()[..16].to_vec();
        self.pdf.set_file_id((ident.clone(), ident));

        Ok(self.pdf.finish())
    }
}

/// The name of a print file without folder and extension.
fn title(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".pdf").unwrap_or(name)
}

fn paper() -> Box4 {
    Box4::new(0.0, 0.0, pt(PAGE_WIDTH), pt(PAGE_HEIGHT))
}

fn fonts(resources: &mut Resources, faces: &[TypeCase]) {
    let mut fonts = resources.fonts();
    for face in faces {
        fonts.pair(face.name(), face.id());
    }
}
