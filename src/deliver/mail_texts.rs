//! The texts of a mail.

use tera::{Context, Tera};

/// A mail's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTexts {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

impl MailTexts {
    /// A mail of these lines. The subject is one line, without control characters.
    ///
    /// # Errors
    /// When the page around the lines has a fault; it has none.
    pub fn of_lines(subject: &str, lines: &[String]) -> Result<Self, tera::Error> {
        let plain = lines.join("\n") + "\n";
        let mut templates = Tera::new();
        templates.add_raw_template("lines.html", "<pre>{{ lines }}</pre>")?;
        let mut slots = Context::new();
        slots.insert("lines", &plain);
        let html = templates.render("lines.html", &slots)?;
        let subject = subject.chars().filter(|sign| !sign.is_control()).collect();
        Ok(Self { subject, plain, html })
    }
}
