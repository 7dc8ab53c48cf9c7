//! The delivery note of a part: the ticket's totals on one page of paper, for the people on the
//! print floor.

use super::{ClassCounts, JobTicket, Ticket, ticket};
use crate::package::plan::PartPlan;
use crate::package::{PackageError, part_name};
use crate::render::note::DeliveryNote;

/// File name in the payload.
pub const FILE: &str = "delivery-note.pdf";

/// Heads of the table of classes.
const COLUMNS: [&str; 7] = [
    "Klasse / Class",
    "Brieven / Letters",
    "Vellen per brief / Sheets a letter",
    "Vellen / Sheets",
    "Pagina's / Pages",
    "Gram per brief / Grams a letter",
    "Papier / Paper, kg",
];

/// What whoever takes the part over writes down.
const RECEIPT: [&str; 3] = [
    "Ontvangen op / Received on",
    "Naam en paraaf / Name and initials",
    "Vellen gedrukt / Sheets printed",
];

/// The note as PDF/A-2a and PDF/UA-1; the same part has the same bytes.
///
/// # Errors
/// [`PackageError::Ticket`] as for the ticket; [`PackageError::Note`] when a text of the
/// configuration cannot be set.
pub fn pdf(job: &JobTicket<'_>, part: &PartPlan) -> Result<Vec<u8>, PackageError> {
    let ticket = ticket(job, part)?;
    let name = part_name(&job.name(), part.number);
    let rehearsal =
        if job.rehearsal { "OEFENING, NIET POSTEN / REHEARSAL, DO NOT POST" } else { "" };
    let note = DeliveryNote {
        title: format!("Pakbon / Delivery note {name}"),
        date: job.run_date.into(),
        rehearsal: rehearsal.to_owned(),
        about: about(job, &ticket),
        columns: COLUMNS.map(str::to_owned).into(),
        rows: ticket.classes.iter().map(row).collect(),
        total: total(&ticket),
        receipt: RECEIPT.map(str::to_owned).into(),
    };

    note.set(&name, job.run_date).map_err(PackageError::Note)
}

fn about(job: &JobTicket<'_>, ticket: &Ticket<'_>) -> Vec<(String, String)> {
    let (envelope, window) = (&ticket.envelope, &ticket.envelope.window);
    let lines = [
        ("Opdracht / JobTicket", job.name()),
        ("Deel / Part", format!("{} van / of {}", ticket.part, ticket.parts)),
        ("Datum / Date", job.run_date.to_string()),
        ("Drukbestanden / Print files", ticket.print_files.len().to_string()),
        (
            "Papier en druk / Paper and print",
            format!("{}, {}, {}", ticket.paper, ticket.plex, ticket.colour),
        ),
        ("Vouwhoogte / Height of the fold", format!("{} mm", ticket.fold.height_mm)),
        ("Envelop / Envelope", format!("{} x {} mm", envelope.width_mm, envelope.height_mm)),
        ("Venster / Window", format!("{} x {} mm", window.width_mm, window.height_mm)),
        ("Dienst / Service", ticket.service.to_owned()),
        ("Retouren / Returns", ticket.return_option.to_owned()),
        ("Posten van / Post from", ticket.posting.earliest.to_string()),
        ("Posten tot en met / Post until", ticket.posting.latest.to_string()),
        ("Vernietigen voor of op / Destroy by", ticket.retention.destroy_by.to_string()),
        ("Contact drukker / Printer's contact", ticket.contact.to_owned()),
        ("Telefoon afzender / Sender's telephone", ticket.sender_contacts.join(", ")),
    ];

    let said = lines.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(label, value)| (label.to_owned(), value)).collect()
}

fn row(class: &ClassCounts) -> Vec<String> {
    let counts = class.counts;
    vec![
        class.class.clone(),
        counts.letters.to_string(),
        class.sheets_per_letter.to_string(),
        counts.sheets.to_string(),
        counts.pages.to_string(),
        class.paper_grams_per_letter.to_string(),
        kilograms(grams(class)),
    ]
}

fn total(ticket: &Ticket<'_>) -> Vec<String> {
    let counts = ticket.counts;
    vec![
        "Totaal / Total".to_owned(),
        counts.letters.to_string(),
        String::new(),
        counts.sheets.to_string(),
        counts.pages.to_string(),
        String::new(),
        kilograms(ticket.classes.iter().map(grams).sum()),
    ]
}

/// Paper of all letters of a class.
fn grams(class: &ClassCounts) -> u64 {
    u64::from(class.paper_grams_per_letter) * u64::from(class.counts.letters)
}

/// To the hundred grams, rounded up.
fn kilograms(grams: u64) -> String {
    let tenths = grams.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_rounded_up_to_a_tenth_of_a_kilogram() {
        let said = [0, 1, 100, 101, 12_345].map(kilograms);
        assert_eq!(said, ["0.0", "0.1", "0.1", "0.2", "12.4"]);
    }
}
