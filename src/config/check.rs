//! Whether the values of a configuration can work at all: looked at when it is loaded, so that
//! nothing that was written down comes to an end later because of them. Settings that name files or
//! keys are looked at by whoever reads those.

use std::ops::RangeInclusive;

use super::{
    Config, Mail, MailSecurity, Policy, Print, Vendor, Window, approval, providers, receipts,
    telling, waves,
};

/// A key of the configuration and what is wrong with its value.
type Fault = (&'static str, String);

/// The longest line of text that is printed or sent, in characters.
const LONGEST_LINE: usize = 200;

/// More lines than this above a header are rows.
const MOST_LINES_SKIPPED: usize = 1000;

/// Sides of envelopes that window mail is posted in, mm: from DL and C6 to C4 (docs/print.md).
const ENVELOPE: RangeInclusive<f64> = 90.0..=330.0;

/// A4, mm.
const SHEET_HEIGHT: f64 = 297.0;

/// The first value that cannot work.
pub(super) fn check(config: &Config) -> Result<(), Fault> {
    campaign(&config.campaign)?;
    let paths =
        [("inbox", &config.inbox), ("data_dir", &config.data_dir), ("facts", &config.facts)];
    let named = [
        ("anchor_file", config.anchor_file.as_ref()),
        ("link.parameters", config.link.parameters.as_ref()),
        ("texts.folder", config.texts.as_ref().map(|texts| &texts.folder)),
    ];
    let named = named.into_iter().filter_map(|(key, path)| Some((key, path?)));
    paths.into_iter().chain(named).try_for_each(|(key, path)| path_like(key, path.as_str()))?;

    inputs(config)?;
    within("link.max_cluster_rows", config.link.max_cluster_rows, 1..=100_000)?;
    config.damage.check()?;
    config.backup.as_ref().map_or(Ok(()), super::Backup::check)?;
    policy(&config.policy)?;
    print(&config.print)?;
    vendor(&config.vendor)?;
    config.mail.as_ref().map_or(Ok(()), mail)?;
    receipts::check(&config.receipts, config.transfer.as_ref())?;
    config.transfer.as_ref().map_or(Ok(()), super::TransferSettings::check)?;
    approval::check(&config.approval, config.mail.is_some())?;
    config.waves.as_ref().map_or(Ok(()), waves::check)?;
    let has_server = config.mail.is_some();
    config.providers_first.as_ref().map_or(Ok(()), |own| providers::check(own, has_server))?;

    telling::check(config)
}

fn campaign(name: &str) -> Result<(), Fault> {
    let safe = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(safe) {
        return Err(("campaign", "must be 1 to 40 characters of a-z, 0-9 and -".to_owned()));
    }
    Ok(())
}

fn inputs(config: &Config) -> Result<(), Fault> {
    let inputs = &config.inputs;
    let lists = [
        ("inputs.exposures", &inputs.exposures),
        ("inputs.participants", &inputs.participants),
        ("inputs.register", &inputs.register),
        ("inputs.providers", &inputs.providers),
        ("inputs.suppressions", &inputs.suppressions),
        ("inputs.professionals", &inputs.professionals),
    ];

    for (key, format) in lists {
        if ![',', ';', '\t'].contains(&format.delimiter) {
            return Err((
                key,
                "has a `delimiter` that is not a comma, a semicolon or a tab".to_owned(),
            ));
        }
        if format.skip_lines > MOST_LINES_SKIPPED {
            return Err((key, format!("has `skip_lines` above {MOST_LINES_SKIPPED}")));
        }
        if format.min_rows_percent > 100 || format.max_refused_percent > 100 {
            return Err((key, "has a percentage that is not 0 to 100".to_owned()));
        }
    }

    Ok(())
}

fn policy(policy: &Policy) -> Result<(), Fault> {
    within("policy.min_days_between", policy.min_days_between, 0..=3_650)?;
    within("policy.facts_max_age_days", policy.facts_max_age_days, 0..=3_650)?;
    within("policy.max_letters_per_run", policy.max_letters_per_run, 1..=100_000_000)
}

fn print(print: &Print) -> Result<(), Fault> {
    within("print.letters_per_part", print.letters_per_part, 1..=25_000)?;
    if !(1..=print.letters_per_part).contains(&print.letters_per_file) {
        return Err(("print.letters_per_file", "must be 1 to letters_per_part".to_owned()));
    }
    window(&print.window)
}

/// The sheet, folded, must fit the envelope, and the window must lie on the envelope with its
/// margin.
fn window(window: &Window) -> Result<(), Fault> {
    let Window { envelope_width, envelope_height, left, bottom, width, height, fold, margin } =
        *window;
    within("print.window.envelope_width", envelope_width, ENVELOPE)?;
    within("print.window.envelope_height", envelope_height, ENVELOPE)?;
    within("print.window.left", left, 0.0..=envelope_width)?;
    within("print.window.bottom", bottom, 0.0..=envelope_height)?;
    within("print.window.width", width, 20.0..=(envelope_width - left))?;
    within("print.window.height", height, 10.0..=(envelope_height - bottom))?;
    within("print.window.fold", fold, 50.0..=envelope_height.min(SHEET_HEIGHT))?;

    within("print.window.margin", margin, 0.0..=(width.min(height) / 4.0))
}

fn vendor(vendor: &Vendor) -> Result<(), Fault> {
    line("vendor.contact", &vendor.contact)?;
    line("vendor.service", &vendor.service)?;

    if !["none", "digital", "physical"].contains(&vendor.return_option.as_str()) {
        return Err(("vendor.return_option", "must be `none`, `digital` or `physical`".to_owned()));
    }

    let [earliest, latest] = vendor.posting_days;

    for day in [earliest, latest] {
        within("vendor.posting_days", day, 0..=60)?;
    }

    if earliest > latest {
        return Err(("vendor.posting_days", "must name the earlier day first".to_owned()));
    }

    within("vendor.retention_days", vendor.retention_days, 1..=3_650)
}

fn mail(mail: &Mail) -> Result<(), Fault> {
    line("mail.host", &mail.host)?;

    if mail.host.contains(char::is_whitespace) {
        return Err(("mail.host", "must be the name of one host".to_owned()));
    }

    within("mail.port", mail.port, 1..=u16::MAX)?;
    if mail.security == MailSecurity::Plain
        && !matches!(mail.host.as_str(), "localhost" | "127.0.0.1" | "::1")
    {
        return Err(("mail.security", "may be `plain` only for a loopback host".to_owned()));
    }
    address("mail.from", &mail.from)?;

    if mail.to.is_empty() {
        return Err(("mail.to", "needs at least one address".to_owned()));
    }

    mail.to.iter().try_for_each(|to| address("mail.to", to))?;
    mail.user.iter().try_for_each(|user| line("mail.user", user))?;
    within("mail.timeout_seconds", mail.timeout_seconds, 1..=600)
}

/// Something with an `@` in it, in angle brackets where a name goes before.
pub(super) fn address(key: &'static str, address: &str) -> Result<(), Fault> {
    line(key, address)?;
    let bare = match address.trim().rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => address.trim(),
    };

    let parts = bare.rsplit_once('@').filter(|(user, host)| !user.is_empty() && !host.is_empty());
    if parts.is_none() || bare.contains(char::is_whitespace) {
        return Err((key, "is not a mail address".to_owned()));
    }

    Ok(())
}

fn path_like(key: &'static str, path: &str) -> Result<(), Fault> {
    match problem_of(path) {
        Some(problem) => Err((key, problem.to_owned())),
        None => Ok(()),
    }
}

/// One line of text that can stand on paper, in a header and in a table.
fn line(key: &'static str, text: &str) -> Result<(), Fault> {
    match problem_of_line(text) {
        Some(problem) => Err((key, problem.to_owned())),
        None => Ok(()),
    }
}

/// What keeps a text from being one line of sensible length; the text is not told.
#[must_use]
pub fn problem_of_line(text: &str) -> Option<&'static str> {
    let too_long = (text.chars().count() > LONGEST_LINE).then_some("is longer than 200 characters");
    problem_of(text).or(too_long)
}

fn problem_of(text: &str) -> Option<&'static str> {
    // U+0085 is a control character; U+2028 and U+2029 end a line too.
    let ends = |sign: char| sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}');
    if text.trim().is_empty() {
        Some("is empty")
    } else if text.chars().any(ends) {
        Some("has a line end or another control character")
    } else {
        None
    }
}

/// NaN lies in no range.
pub(super) fn within<T: Copy + PartialOrd + std::fmt::Display>(
    key: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), Fault> {
    if range.contains(&value) {
        return Ok(());
    }
    Err((key, format!("must be {} to {}", range.start(), range.end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        campaign = "lab-2025"
        inbox = "inbox"
        data_dir = "data"
        facts = "facts.toml"
        [inputs.providers]
        delimiter = ";"
        [policy]
        min_days_between = 14
        [print.window]
        fold = 105.0
        margin = 2.0
        [vendor]
        recipients = ["age1"]
        contact = "desk"
        posting_days = [1, 3]
        retention_days = 90
        [mail]
        host = "smtp.example.org"
        port = 587
        from = "Nacht <run@example.org>"
        to = ["a@example.org", "b@example.org"]
        [backup]
        recipient = "age1"
        command = ["rsync"]
    "#;

    fn fault(from: &str, to: &str) -> Option<&'static str> {
        assert!(GOOD.contains(from), "{from}");
        let config: Config = toml::from_str(&GOOD.replace(from, to)).unwrap();
        check(&config).err().map(|(key, _)| key)
    }

    #[test]
    fn what_works_is_let_through() {
        assert_eq!(fault("lab-2025", "lab-2026"), None);
        assert_eq!(fault("posting_days = [1, 3]", "posting_days = [0, 0]"), None);
        assert_eq!(fault("from = \"Nacht <run@example.org>\"", "from = \"run@example.org\""), None);
    }

    #[test]
    fn what_cannot_work_is_named_by_its_key() {
        for (from, to, key) in [
            ("lab-2025", "Lab 2025", "campaign"),
            ("\"inbox\"", "\"in\\nbox\"", "inbox"),
            ("\"facts.toml\"", "\"\"", "facts"),
            ("[policy]", "[texts]\nfolder = \"\"\n[policy]", "texts.folder"),
            ("delimiter = \";\"", "delimiter = \"|\"", "inputs.providers"),
            ("min_days_between = 14", "min_days_between = -1", "policy.min_days_between"),
            ("min_days_between = 14", "max_letters_per_run = 0", "policy.max_letters_per_run"),
            ("fold = 105.0", "fold = 1e6", "print.window.fold"),
            ("fold = 105.0", "fold = nan", "print.window.fold"),
            ("margin = 2.0", "margin = inf", "print.window.margin"),
            ("margin = 2.0", "margin = 30.0", "print.window.margin"),
            ("margin = 2.0", "width = 500.0", "print.window.width"),
            ("posting_days = [1, 3]", "posting_days = [3, 1]", "vendor.posting_days"),
            ("posting_days = [1, 3]", "posting_days = [1, 20250916]", "vendor.posting_days"),
            ("posting_days = [1, 3]", "posting_days = [-1, 3]", "vendor.posting_days"),
            ("retention_days = 90", "retention_days = 20251231", "vendor.retention_days"),
            ("retention_days = 90", "return_option = \"maybe\"", "vendor.return_option"),
            ("contact = \"desk\"", "contact = \"de\\nsk\"", "vendor.contact"),
            ("a@example.org", "a@example.org\\nBcc: x@example.org", "mail.to"),
            ("b@example.org", "example.org", "mail.to"),
            ("Nacht <run@example.org>", "Nacht <run>", "mail.from"),
            ("port = 587", "port = 0", "mail.port"),
            ("recipient = \"age1\"", "recipient = \"\"", "backup.recipient"),
            ("command = [\"rsync\"]", "command = [\"\", \"a\"]", "backup.command"),
            ("command = [\"rsync\"]", "command = [\"rsync\", \"a\\nb\"]", "backup.command"),
            ("command = [\"rsync\"]", "timeout_seconds = 0", "backup.timeout_seconds"),
        ] {
            assert_eq!(fault(from, to), Some(key), "{to}");
        }
    }

    #[test]
    fn a_single_posting_day_is_no_pair_of_days() {
        let single = GOOD.replace("posting_days = [1, 3]", "posting_days = [20250916]");
        assert!(toml::from_str::<Config>(&single).is_err());
    }
}
