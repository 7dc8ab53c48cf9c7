//! The words of a notice as a mail: the blocks of the letter in text and HTML, with a band where the
//! letter has a number.

use serde::Serialize;
use tera::{Context, Tera};

use super::mail_texts::MailTexts;
use crate::field::body::{Body, Part};

/// The page around the blocks.
const PAGE: &str = include_str!("../../templates/mail/notice.html");

/// Width of the plain text, in characters.
const WIDTH: usize = 72;

/// What a mail has beside the blocks of the letter.
#[derive(Clone, Copy, Debug)]
pub struct MailLines<'a> {
    /// Without the closing comma.
    pub salutation: &'a str,
    /// How many patients, as a band.
    pub count: &'a str,
    /// What is said of the mail itself.
    pub about: &'a str,
    /// The reference, with its label.
    pub reference: &'a str,
}

/// A piece of a block, as the page takes it.
#[derive(Serialize)]
struct Piece<'a> {
    /// `p`, `ul` or `ol`.
    tag: &'static str,
    texts: Vec<&'a str>,
}

/// The mail of a notice.
///
/// # Errors
/// When the page has a fault; it has none.
pub fn texts(body: &Body, lines: &MailLines<'_>) -> Result<MailTexts, tera::Error> {
    let blocks: Vec<(&str, Vec<Piece<'_>>)> = body
        .blocks
        .iter()
        .map(|block| {
            let pieces = block.parts.iter().map(|part| piece(part, lines.count));
            (block.heading.as_str(), pieces.collect())
        })
        .collect();

    let mut templates = Tera::new();
    templates.add_raw_template("notice.html", PAGE)?;
    let mut slots = Context::new();
    slots.insert("language", body.language.word());
    slots.insert("frame", &body.frame);
    slots.insert("blocks", &blocks);
    let about = [lines.salutation, lines.about, lines.reference];
    for (name, line) in ["salutation", "about", "reference"].into_iter().zip(about) {
        slots.insert(name, line);
    }
    let html = templates.render("notice.html", &slots)?;

    let subject = body.frame.heading.chars().filter(|sign| !sign.is_control()).collect();
    Ok(MailTexts { subject, plain: plain(body, &blocks, lines), html })
}

fn piece<'a>(part: &'a Part, count: &'a str) -> Piece<'a> {
    let (tag, texts) = match part {
        Part::Paragraph(text) => ("p", vec![text.as_str()]),
        Part::ProviderLine => ("p", vec![count]),
        Part::Bullets(entries) => ("ul", entries.iter().map(String::as_str).collect()),
        Part::Steps(entries) => ("ol", entries.iter().map(String::as_str).collect()),
    };
    Piece { tag, texts }
}

fn plain(body: &Body, blocks: &[(&str, Vec<Piece<'_>>)], lines: &MailLines<'_>) -> String {
    let frame = &body.frame;
    let mut text = String::new();
    for line in [&frame.rehearsal, &frame.heading] {
        paragraph(&mut text, "", line);
    }
    paragraph(&mut text, "", &format!("{},", lines.salutation));
    paragraph(&mut text, "", lines.about);
    for (heading, pieces) in blocks {
        paragraph(&mut text, "", &heading.to_uppercase());
        for piece in pieces {
            for (number, entry) in (1..).zip(&piece.texts) {
                let mark = match piece.tag {
                    "ol" => format!("{number}. "),
                    "ul" => "- ".to_owned(),
                    _ => String::new(),
                };
                paragraph(&mut text, &mark, entry);
            }
        }
    }
    paragraph(&mut text, "", &frame.closing);
    let end = frame.signature.iter().chain([&frame.sender_name]);
    for line in end.map(String::as_str).chain([lines.reference]) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Lines that end at blanks, below one another; what is longer than a line stays whole.
fn paragraph(text: &mut String, mark: &str, words: &str) {
    if words.is_empty() {
        return;
    }
    let indent = " ".repeat(mark.len());
    let mut line = mark.to_owned();
    for word in words.split_whitespace() {
        let is_first = line.len() == mark.len();
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line.clone_from(&indent);
        } else if !is_first {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&line);
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::body::{Block, Frame};
    use crate::field::terms::{Format, Language};

    fn body() -> Body {
        let line = |text: &str| text.to_owned();
        Body {
            language: Language::Nl,
            format: Format::Standard,
            provider_slot: true,
            frame: Frame {
                sender_name: line("Bevolkingsonderzoek"),
                sender_lines: Vec::new(),
                return_line: String::new(),
                date_label: line("Datum"),
                date: line("15 september 2025"),
                reference_label: line("Kenmerk"),
                heading: line("Gegevens gestolen <b>"),
                page_label: String::new(),
                rehearsal: String::new(),
                closing: line("Met vriendelijke groet,"),
                signature: vec![line("A. Voorbeeld")],
                last_lines: Vec::new(),
            }
            .into(),
            blocks: vec![
                Block {
                    id: line("COUNT"),
                    heading: line("Om hoeveel mensen gaat het?"),
                    parts: vec![
                        Part::ProviderLine,
                        Part::Steps(vec![
                            line("Bel & vraag."),
                            "woord ".repeat(30).trim().to_owned(),
                        ]),
                    ],
                }
                .into(),
            ],
        }
    }

    #[test]
    fn a_mail_has_the_blocks_in_both_forms_and_the_band_in_place_of_the_number() {
        let lines = MailLines {
            salutation: "Geachte huisarts",
            count: "minder dan 10 mensen",
            about: "Er staan geen namen in.",
            reference: "Kenmerk: ABCD",
        };
        let mail = texts(&body(), &lines).unwrap();
        assert_eq!(mail.subject, "Gegevens gestolen <b>");
        for text in [&mail.plain, &mail.html] {
            for part in
                ["minder dan 10 mensen", "Geachte huisarts", "A. Voorbeeld", "Kenmerk: ABCD"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        assert!(mail.plain.contains("OM HOEVEEL MENSEN") && mail.plain.contains("1. Bel & vraag."));
        assert!(
            mail.html.contains("<ol>") && mail.html.contains("&amp;") && !mail.html.contains("<b>")
        );
        assert!(mail.html.contains("lang=\"nl\""));
        assert!(mail.plain.lines().all(|line| line.chars().count() <= WIDTH), "{}", mail.plain);
        assert!(mail.plain.contains("\n   woord"), "{}", mail.plain);
    }
}
