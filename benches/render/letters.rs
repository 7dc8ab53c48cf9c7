//! The letters of a sample as a run would decide them, with the sample campaign's facts.

use std::collections::BTreeMap;

use breachpost::base::progress::Progress;
use breachpost::compose::texts::CampaignTexts;
use breachpost::compose::{self, Composed, Letterbook};
use breachpost::config::Config;
use breachpost::decide::{self, Circumstances};
use breachpost::facts::Facts;
use breachpost::field::body::Body;
use breachpost::field::draft::{Draft, Kix};
use breachpost::field::place::Planned;
use breachpost::field::terms::{Format, Zone};
use breachpost::read::{self, ReadTerms};
use breachpost::record::{Access, Home, Ledger};
use breachpost::render::Press;
use breachpost::{link, package};
use camino::Utf8Path;
use jiff::civil::{Date, date};

/// Date of the letters.
pub const RUN_DATE: Date = date(2025, 9, 15);

/// The sample campaign's settings and facts, with a program's own print files.
pub fn campaign() -> (Config, Facts) {
    let folder = Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data"));
    let mut config = Config::load(&folder.join("breachpost.toml")).unwrap();
    config.print.letters_per_file = breachpost::config::Print::default().letters_per_file;
    (config, Facts::load(&folder.join("facts.toml")).unwrap())
}

/// Drafts and bodies of the people in `inbox`.
pub fn composed(inbox: &Utf8Path, config: &Config, facts: &Facts) -> Composed {
    let hidden = Progress::hidden();
    let terms = ReadTerms { synthetic: config.synthetic, run_date: RUN_DATE };
    let rows = read::read(inbox, &config.inputs, &terms, &hidden).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data_dir = Utf8Path::from_path(folder.path()).unwrap().join("data");
    let home = Home { data_dir: &data_dir, ..Home::of(config) };

    Ledger::init(&home, RUN_DATE).unwrap();
    let ledger = Ledger::open(&home, Access::Read).unwrap();
    let parameters = link::Parameters::of(&config.link).unwrap();
    let terms = link::LinkTerms { rules: &config.link, parameters: &parameters, decisions: &[] };
    let linked = link::link(&rows, &terms, ledger.keys(), &hidden).unwrap();
    let people = ledger.recognise(linked.clusters).unwrap().people;
    let decided = decide::decide(
        people,
        &Circumstances::new(&rows, &facts.sender_of),
        &config.policy,
        RUN_DATE,
    );

    let book = Letterbook {
        campaign: &config.campaign,
        keys: ledger.keys(),
        facts,
        texts: &CampaignTexts::built_in(),
        inputs: &rows.inputs,
        run_date: RUN_DATE,
        synthetic: config.synthetic,
        window: &config.print.window,
    };

    compose::compose(decided.ready, &book)
}

/// Those that the figures are about: two pages on one sheet, with bars, in the Netherlands.
pub fn two_pages(drafts: Vec<Draft>) -> Vec<Draft> {
    let usual = |draft: &Draft| {
        draft.format == Format::Standard
            && draft.zone == Zone::Domestic
            && matches!(draft.kix, Kix::Code(_))
    };
    drafts.into_iter().filter(usual).collect()
}

/// Bodies that the drafts name.
pub fn used(drafts: &[Draft], bodies: BTreeMap<String, Body>) -> BTreeMap<String, Body> {
    let named: std::collections::BTreeSet<&str> =
        drafts.iter().map(|draft| draft.body.as_str()).collect();
    bodies.into_iter().filter(|(key, _)| named.contains(key.as_str())).collect()
}

/// The letters in print order, each in its print file.
pub fn planned(press: &Press, drafts: Vec<Draft>, config: &Config) -> Vec<Planned> {
    let proofed = press.proof(drafts).unwrap().ready.into_iter();
    let proofed = proofed.map(|proof| (proof.draft, proof.pages, proof.sheets)).collect();
    package::plan("bench-2500001", proofed, &config.print)
        .into_iter()
        .flat_map(|part| part.letters)
        .collect()
}
