use std::fs;

use super::*;

struct Desk {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
    journal: Journal,
    manuscript: Manuscript,
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8Path::from_path(folder.path()).unwrap().to_owned();
    fs::create_dir(path.join("texts")).unwrap();
    for (name, text) in TextFiles::built_in().named() {
        fs::write(path.join("texts").join(name), text).unwrap();
    }
    let journal = Journal::open(&path.join("journal.jsonl")).unwrap();
    let manuscript = Manuscript::of(Some(path.join("texts")), path.join("seen"));
    Desk { _folder: folder, path, journal, manuscript }
}

impl Desk {
    fn save(&mut self, base: &str, new: &str) -> Saved {
        let (base, new) = (base.to_owned(), new.to_owned());
        let rewrite = Rewrite { language: Language::Nl, base, new };
        self.manuscript.save("items.name", &[rewrite], "Anna", &mut self.journal).unwrap()
    }

    fn file(&self) -> String {
        fs::read_to_string(self.path.join("texts/nl.toml")).unwrap()
    }
}

#[test]
fn a_save_changes_one_line_and_nothing_else() {
    let mut desk = desk();
    let before = desk.file();
    assert!(matches!(desk.save("naam", "uw naam"), Saved::Yes(1)));
    let after = desk.file();
    assert_eq!(after, before.replace("name = \"naam\"", "name = \"uw naam\""));
    assert_eq!(desk.journal.entries().len(), 1);
    assert!(matches!(desk.save("uw naam", "uw naam"), Saved::Yes(0)));
}

#[test]
fn an_edit_on_disk_is_a_conflict_that_has_all_three_versions() {
    let mut desk = desk();
    desk.manuscript.read(&mut desk.journal).unwrap();
    fs::write(
        desk.path.join("texts/nl.toml"),
        desk.file().replace("name = \"naam\"", "name = \"de naam\""),
    )
    .unwrap();

    let Saved::Conflict(conflicts) = desk.save("naam", "uw naam") else { panic!() };
    let [Conflict { base, theirs, mine, .. }] = &conflicts[..] else { panic!() };
    assert_eq!([base.as_str(), theirs, mine], ["naam", "de naam", "uw naam"]);
    assert!(desk.file().contains("\"de naam\""), "nothing was written");

    let outside = &desk.journal.entries()[0];
    assert!(outside.by.is_empty(), "who edits on disk has no name here");
    assert!(matches!(desk.save("de naam", "uw naam"), Saved::Yes(1)));
}

#[test]
fn what_no_letter_can_be_written_with_is_refused() {
    let mut desk = desk();
    let before = desk.file();
    for (wrong, problem) in [("naam {phone}", "{phone}"), ("naam {", "brace"), ("", "empty")] {
        let Saved::Refused(error) = desk.save("naam", wrong) else { panic!("{wrong}") };
        assert!(error.to_string().contains(problem), "{error}");
    }
    assert_eq!(desk.file(), before);
    assert!(desk.journal.entries().is_empty());
}

#[test]
fn both_languages_name_the_same_facts() {
    let mut desk = desk();
    let texts = desk.manuscript.read(&mut desk.journal).unwrap();
    let key = "frame.phone_line";
    let base = sentence(&texts, Language::Nl, key).unwrap().to_owned();
    let rewrite = Rewrite { language: Language::Nl, base, new: "Bel ons".to_owned() };
    let saved = desk.manuscript.save(key, &[rewrite], "Anna", &mut desk.journal).unwrap();
    let Saved::Slots([dutch, english]) = saved else { panic!() };
    assert_eq!((dutch, english), (vec![], vec!["phone".to_owned()]));
}

#[test]
fn a_change_while_the_desk_was_away_is_in_the_journal() {
    let mut desk = desk();
    desk.manuscript.read(&mut desk.journal).unwrap();
    let changed = desk.file().replace("name = \"naam\"", "name = \"de naam\"");
    fs::write(desk.path.join("texts/nl.toml"), changed).unwrap();

    let mut later = Manuscript::of(Some(desk.path.join("texts")), desk.path.join("seen"));
    later.read(&mut desk.journal).unwrap();
    let [entry] = desk.journal.entries() else { panic!() };
    assert!(matches!(&entry.what, Act::Edit { after, .. } if after == "de naam"));
}

#[test]
fn both_languages_are_saved_or_neither() {
    let mut desk = desk();
    let texts = desk.manuscript.read(&mut desk.journal).unwrap();
    let before = desk.file();
    let rewrite = |language, new: &str| {
        let base = sentence(&texts, language, "items.name").unwrap().to_owned();
        Rewrite { language, base, new: new.to_owned() }
    };
    let both = [rewrite(Language::Nl, "uw naam"), rewrite(Language::En, "your name")];
    // A folder in its place cannot be replaced by a file.
    let english = desk.path.join("texts/en.toml");
    let text = fs::read_to_string(&english).unwrap();
    let broken = Manuscript { known: Some(Arc::clone(&texts)), ..desk.manuscript };
    fs::remove_file(&english).unwrap();
    fs::create_dir(&english).unwrap();
    let files = [Language::Nl, Language::En];
    let new = CampaignTexts::parse(
        "texts".into(),
        TextFiles { nl: replaced(&before, "items.name", "uw naam"), ..texts.files().clone() },
    );
    let written = Manuscript::write_all(&desk.path.join("texts"), &files, &new.unwrap(), &texts);
    assert!(matches!(written, Err(ManuscriptError::File(_))), "{written:?}");
    assert_eq!(fs::read_to_string(desk.path.join("texts/nl.toml")).unwrap(), before);

    fs::remove_dir(&english).unwrap();
    fs::write(&english, text).unwrap();
    desk.manuscript = broken;

    // Nor is anything saved that nobody can be named for.
    fs::remove_file(desk.path.join("journal.jsonl")).unwrap();
    let saved = desk.manuscript.save("items.name", &both, "Anna", &mut desk.journal);
    assert!(matches!(saved, Err(ManuscriptError::Journal(_))), "{saved:?}");
    assert_eq!(desk.file(), before);
}

#[test]
fn keys_come_in_the_order_of_the_file() {
    let keys = order(&TextFiles::built_in().nl);
    assert_eq!(keys[0], "frame.date_label");
    assert!(keys.len() > 300);
}
