//! Arguments of `provider`.

use camino::Utf8PathBuf;
use clap::Args;

use crate::field::provider::ProviderWord;
use crate::field::terms::Language;

/// What to show or note of a provider.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ProviderArgs {
    /// AGB code, eight digits.
    #[arg(value_name = "CODE", value_parser = code)]
    pub code: String,
    /// It has its notice and is ready: its patients no longer wait for it.
    #[arg(long, group = "said", requires = "by", requires = "note")]
    pub acknowledged: bool,
    /// It says that these are not its patients: letters no longer name it, and its patients are held.
    #[arg(long, group = "said", requires = "by", requires = "note")]
    pub not_ours: bool,
    /// It was decided that they are its patients after all.
    #[arg(long, group = "said", requires = "by", requires = "note")]
    pub decided_ours: bool,
    /// It was decided that they are not: their letters go on without its name.
    #[arg(long, group = "said", requires = "by", requires = "note")]
    pub decided_not_ours: bool,
    /// It asks for the list of its patients: make it, sealed to its key, in this file outside `data_dir`.
    #[arg(long, group = "said", value_name = "FILE", requires_all = ["by", "note", "key"])]
    pub patients: Option<Utf8PathBuf>,
    /// The provider's public key: a file with an age key (`age1...`) or an armoured OpenPGP key.
    #[arg(long, value_name = "FILE", requires = "patients")]
    pub key: Option<Utf8PathBuf>,
    /// Days after which whoever has the list destroys it.
    #[arg(long, value_name = "N", requires = "patients", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub days: u16,
    /// It has that list.
    #[arg(long, group = "said", requires = "by", requires = "note")]
    pub list_received: bool,
    /// Language of what the help desk may say to a provider that is not affected.
    #[arg(long, value_name = "nl|en", default_value = "nl", value_parser = language)]
    pub language: Language,
    /// Who notes it (name or function).
    #[arg(long, value_name = "NAME", requires = "said")]
    pub by: Option<String>,
    /// How they know, in one line without names of patients.
    #[arg(long, value_name = "TEXT", requires = "said")]
    pub note: Option<String>,
    /// Signature of the text by an approver. Given twice or more.
    #[arg(long, value_name = "FILE", requires = "said")]
    pub signed: Vec<Utf8PathBuf>,
}

impl ProviderArgs {
    /// What is to be noted; `None`: the provider is shown.
    #[must_use]
    pub const fn said(&self) -> Option<ProviderWord> {
        if self.list_received {
            return Some(ProviderWord::ListReceived);
        }
        match (self.acknowledged, self.not_ours, self.decided_ours, self.decided_not_ours) {
            (true, ..) => Some(ProviderWord::Acknowledged),
            (_, true, ..) => Some(ProviderWord::NotOurs),
            (_, _, true, _) => Some(ProviderWord::DecidedOurs),
            (.., true) => Some(ProviderWord::DecidedNotOurs),
            _ => None,
        }
    }
}

fn language(word: &str) -> Result<Language, String> {
    word.parse().map_err(|()| "the languages are nl and en".to_owned())
}

fn code(text: &str) -> Result<String, String> {
    let is_code = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { Ok(text.to_owned()) } else { Err("a code has eight digits".to_owned()) }
}
