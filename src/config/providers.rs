//! `[providers_first]`: care providers are told before their patients are. `[professionals]`: people who
//! work in health care are told which of their own data were stolen.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::field::notice_mail::NoticeChannel;
use crate::field::row::ProviderKind;

/// `[professionals]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProfessionalSettings {
    /// The sender profile that signs, a key of `[senders]` in facts.toml.
    pub sender: String,
    /// Professionals who are written to in English, by code; all others get Dutch letters.
    #[serde(default)]
    pub in_english: BTreeSet<String>,
}

/// `[providers_first]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProvidersFirst {
    /// Dutch working days from the posting of a provider's notice to the first night on which its
    /// patients are written to.
    pub after_posting_days: u32,
    /// Dutch working days from the night that planned the notice to the night from which its
    /// patients no longer wait, whatever became of it.
    pub at_most_days: u32,
    /// The sender profile of each kind of provider, a key of `[senders]` in facts.toml; without one
    /// the sender of that kind's patients signs.
    pub senders: BTreeMap<ProviderKind, String>,
    /// How each kind of provider gets its notice; a kind that is not named gets a letter.
    pub channels: BTreeMap<ProviderKind, NoticeChannel>,
    /// How some providers get theirs, by code: this comes before `channels`.
    pub channel_of: BTreeMap<String, NoticeChannel>,
    /// The address that mails come from; without one `mail.from`.
    pub mail_from: Option<String>,
    /// Providers that are written to in English, by code; all others get Dutch letters.
    pub in_english: BTreeSet<String>,
}

impl Default for ProvidersFirst {
    fn default() -> Self {
        Self {
            after_posting_days: 3,
            at_most_days: 7,
            senders: BTreeMap::new(),
            channels: BTreeMap::new(),
            channel_of: BTreeMap::new(),
            mail_from: None,
            in_english: BTreeSet::new(),
        }
    }
}

impl ProvidersFirst {
    /// How a provider gets its notice, as far as settings go.
    #[must_use]
    pub fn channel(&self, code: &str, kind: ProviderKind) -> NoticeChannel {
        let own = self.channel_of.get(code).or_else(|| self.channels.get(&kind));
        own.copied().unwrap_or(NoticeChannel::Letter)
    }

    /// Whether any notice may go by mail.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        let mut all = self.channels.values().chain(self.channel_of.values());
        all.any(|channel| *channel != NoticeChannel::Letter)
    }
}

/// What is wrong with these settings: which key, and what. `has_server`: whether there is a mail server.
pub(super) fn check(
    settings: &ProvidersFirst,
    has_server: bool,
) -> Result<(), (&'static str, String)> {
    if settings.sends_mail() && !has_server {
        return Err(("providers_first.channels", "needs the mail server of `[mail]`".to_owned()));
    }
    let ProvidersFirst { after_posting_days, at_most_days, in_english, .. } = settings;
    if !(1..=30).contains(after_posting_days) {
        return Err(("providers_first.after_posting_days", "must be 1 to 30".to_owned()));
    }
    // The cap is there for the people: it may not be a way to let them wait.
    if !(*after_posting_days..=60).contains(at_most_days) {
        return Err((
            "providers_first.at_most_days",
            "must be after_posting_days to 60".to_owned(),
        ));
    }

    let is_code = |code: &String| code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit());
    if !in_english.iter().all(is_code) {
        let problem = "must be codes of eight digits, as texts".to_owned();
        return Err(("providers_first.in_english", problem));
    }
    if !settings.channel_of.keys().all(is_code) {
        let problem = "must have codes of eight digits, as texts".to_owned();
        return Err(("providers_first.channel_of", problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_and_seven_working_days_unless_said_otherwise() {
        let settings: ProvidersFirst = toml::from_str("").unwrap();
        assert_eq!((settings.after_posting_days, settings.at_most_days), (3, 7));
        assert_eq!(check(&settings, false), Ok(()));
        assert_eq!(settings.channel("01000001", ProviderKind::Gp), NoticeChannel::Letter);
    }

    #[test]
    fn a_provider_comes_before_its_kind() {
        let text = "channels = { gp = \"mail\" }\nchannel_of = { 01000001 = \"both\" }";
        let settings: ProvidersFirst = toml::from_str(text).unwrap();
        assert_eq!(check(&settings, true), Ok(()));
        for (code, kind, channel) in [
            ("01000001", ProviderKind::Gp, NoticeChannel::Both),
            ("01000002", ProviderKind::Gp, NoticeChannel::Mail),
            ("06000001", ProviderKind::Hospital, NoticeChannel::Letter),
        ] {
            assert_eq!(settings.channel(code, kind), channel, "{code}");
        }
    }

    #[test]
    fn what_cannot_work_is_named() {
        for (text, key) in [
            ("after_posting_days = 0", "providers_first.after_posting_days"),
            ("at_most_days = 2", "providers_first.at_most_days"),
            ("at_most_days = 61", "providers_first.at_most_days"),
            ("in_english = [\"100\"]", "providers_first.in_english"),
            ("channels = { gp = \"mail\" }", "providers_first.channels"),
        ] {
            let settings: ProvidersFirst = toml::from_str(text).unwrap();
            assert_eq!(check(&settings, false).unwrap_err().0, key, "{text}");
        }
        assert!(toml::from_str::<ProvidersFirst>("[senders]\ndentist = \"bvo\"").is_err());
    }
}
