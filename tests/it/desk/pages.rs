//! What people do at the desk: write, look, compare, talk.

use std::fs;
use std::thread;
use std::time::Duration;

use super::{OpenDesk, changed, form_of};
use crate::program::Night;

/// A sentence without slots, and one with a slot.
const PLAIN: &str = "/texts/sign.adult";
const SLOTTED: &str = "/texts/frame.phone_line";

#[test]
fn a_sentence_is_saved_and_everything_else_in_the_file_stays() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    let before = desk.read("texts/nl.toml");
    let page = anna.get(PLAIN);
    assert!(page.status == 200 && page.says("We vinden het heel erg dat dit u is overkomen."));

    let form = changed(form_of(&page), "nl_0", "Het spijt ons zeer dat dit u is overkomen.");
    let saved = anna.post(PLAIN, &form);
    assert_eq!((saved.status, saved.location()), (303, "/texts/sign.adult?saved=1"));
    let expected = before.replacen(
        "adult = \"We vinden het heel erg dat dit u is overkomen.\"",
        "adult = \"Het spijt ons zeer dat dit u is overkomen.\"",
        1,
    );
    assert_eq!(desk.read("texts/nl.toml"), expected);

    let after = anna.get(saved.location());
    assert!(
        after.says("Opgeslagen. Het telt mee vanaf de volgende nachtverwerking."),
        "{}",
        after.body
    );
    assert!(after.says("Anna writer"), "who changed it");
    assert!(after.body.contains("/letters/picture?"), "what came of it");

    // An address of the letter before the change shows nothing else now.
    let picture = |page: &super::Answered| {
        page.links().into_iter().find(|link| link.starts_with("/letters/picture")).unwrap()
    };
    assert_ne!(picture(&page), picture(&after));
    assert_eq!(anna.get(&picture(&page)).status, 404);
    let new = anna.get(&picture(&after));
    assert_eq!((new.status, new.header("content-type")), (200, "image/png"));
    assert!(new.bytes.starts_with(b"\x89PNG"));
}

#[test]
fn a_gate_answers_beside_the_sentence() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    let page = anna.get(PLAIN);
    assert!(page.says("Alle controles van deze zin zijn in orde."));

    let wrong = "Wij betreuren het ten zeerste dat deze uitermate vervelende gebeurtenis u in de achterliggende periode buiten uw schuld om is overkomen, gebuerd.";
    let saved = anna.post(PLAIN, &changed(form_of(&page), "nl_0", wrong));
    assert_eq!(saved.status, 303, "a gate finds; a person rewrites");
    let after = anna.get(saved.location());
    assert!(after.says("woorden in één zin, hoogstens"), "{}", after.body);
    assert!(after.says("`gebuerd` staat niet in het woordenboek"));
}

#[test]
fn two_people_who_change_one_sentence_see_all_three_versions() {
    let desk = OpenDesk::with(&["writer", "communications"]);
    let (mut anna, mut bart) = (desk.visit("writer"), desk.visit("communications"));
    let (hers, his) = (form_of(&anna.get(PLAIN)), form_of(&bart.get(PLAIN)));
    assert_eq!(anna.post(PLAIN, &changed(hers, "nl_0", "Het spijt ons.")).status, 303);

    let conflict = bart.post(PLAIN, &changed(his, "nl_0", "Wij vinden dit erg."));
    assert_eq!(conflict.status, 409);
    for version in
        ["We vinden het heel erg dat dit u is overkomen.", "Het spijt ons.", "Wij vinden dit erg."]
    {
        assert!(conflict.says(version), "{version}");
    }
    assert!(desk.read("texts/nl.toml").contains("\"Het spijt ons.\""), "nothing was written");

    // He has seen hers, and saves his own: with what he sent and with what he saw as its base.
    assert_eq!(bart.post(PLAIN, &form_of(&conflict)).status, 303);
    assert!(desk.read("texts/nl.toml").contains("\"Wij vinden dit erg.\""));

    // An editor on the disk is somebody too.
    let form = form_of(&bart.get(PLAIN));
    desk.edit("texts/nl.toml", "Wij vinden dit erg.", "Dit is erg.");
    let conflict = bart.post(PLAIN, &changed(form, "nl_0", "Dit is heel erg."));
    assert_eq!(conflict.status, 409);
    assert!(conflict.says("Dit is erg.") && conflict.says("in het bestand zelf"));
}

#[test]
fn a_slot_cannot_be_broken() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    let form = form_of(&anna.get(SLOTTED));
    let fields: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    assert!(fields.contains(&"nl_slot_0") && fields.contains(&"en_slot_0"), "{fields:?}");

    let before = desk.read("texts/nl.toml");
    let refused = anna.post(SLOTTED, &changed(form.clone(), "nl_0", "Telefoon {phone"));
    assert_eq!(refused.status, 422);
    assert!(refused.says("Een zin mag geen accolades hebben.") && refused.says("Telefoon {phone"));
    let refused = anna.post(SLOTTED, &changed(form.clone(), "nl_slot_0", "phnoe"));
    assert!(refused.status == 422 && refused.says("{phnoe}"), "{}", refused.body);
    let refused = anna.post(SLOTTED, &changed(form.clone(), "nl_slot_0", ""));
    assert!(refused.status == 422 && refused.says("Beide talen moeten dezelfde feiten noemen."));
    assert_eq!(desk.read("texts/nl.toml"), before);

    let both = changed(changed(form, "nl_slot_0", "fraud"), "en_slot_0", "fraud");
    assert_eq!(anna.post(SLOTTED, &both).status, 303);
    assert!(desk.read("texts/en.toml").contains("phone_line = \"Telephone {fraud}\""));
}

#[test]
fn what_can_be_searched_is_found_in_both_languages() {
    let desk = OpenDesk::with(&["helpdesk"]);
    let mut anna = desk.visit("helpdesk").saying("Accept-Language", "en");
    let all = anna.get("/texts");
    assert!(all.says("355 sentences") || all.says(" sentences"), "{}", all.body);
    let found = anna.get("/texts?q=slachtofferhulp");
    assert!(found.says("help.support.adult") && !found.says("sign.adult"));
    let block = anna.get("/texts?block=rights");
    assert!(block.says("rights.adult") && !block.says("sign.adult"));
    assert!(anna.get("/texts?q=no-such-words").says("Nothing found."));
}

#[test]
fn a_letter_is_chosen_by_what_is_known_and_a_paragraph_leads_to_its_sentence() {
    let desk = OpenDesk::with(&["privacy"]);
    let mut anna = desk.visit("privacy");
    let letter = anna.get("/letters?category=gp&status=not_excluded&published=yes&item=bsn&audience=parents&kind=first&format=large&place=home");
    assert_eq!(letter.status, 200);
    let areas: Vec<String> = letter
        .body
        .split("<area ")
        .skip(1)
        .filter_map(|area| Some(area.split_once("href=\"/texts/")?.1.split('"').next()?.to_owned()))
        .collect();
    for key in
        ["heading.first.not_excluded.parents", "key.not_excluded_seen.parents", "you.bsn.parents"]
    {
        assert!(areas.iter().any(|area| area == key), "{key}: {areas:?}");
    }

    let sentence = (0..240)
        .map(|_| anna.get("/texts/you.bsn.parents"))
        .find(|page| {
            thread::sleep(Duration::from_millis(500));
            !page.says("Dat wordt nog uitgezocht.")
        })
        .unwrap();
    assert!(sentence.says("BSN erbij") && sentence.says("jonger dan 12 jaar"), "its condition");

    let query = "/letters/pdf?category=gp&status=confirmed&item=name&language=en";
    for form in ["proof", "accessible"] {
        let pdf = anna.get(&format!("{query}&form={form}"));
        assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
        assert!(pdf.bytes.starts_with(b"%PDF-"));
    }
}

#[test]
fn what_cannot_be_printed_says_why() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    let person = |surname: &str, country: &str| {
        let cells = [
            ("category", "screening"),
            ("item", "name"),
            ("first_names", "Anna Maria"),
            ("surname", surname),
            ("sex", "V"),
            ("street", "Lindenlaan"),
            ("house_number", "12"),
            ("postcode", "3511AB"),
            ("town", "Utrecht"),
            ("country", country),
        ];
        cells.map(|(name, cell)| (name.to_owned(), cell.to_owned()))
    };

    let typed = anna.post("/letters/person", &person("Van der Verzonnenburg", ""));
    assert_eq!(typed.status, 303);
    assert!(!typed.location().contains("Verzonnen"), "{}", typed.location());
    let letter = anna.get(typed.location().split('#').next().unwrap());
    assert!(letter.says("U ziet de brief aan de persoon die u hebt getypt."), "{}", letter.body);
    assert!(letter.body.contains("<area "), "it can be printed");

    for (surname, country, why) in
        [("漢字", "", "S101"), (&"Lang".repeat(12), "", "C102"), ("Jansen", "Atlantis", "C105")]
    {
        let typed = anna.post("/letters/person", &person(surname, country));
        let letter = anna.get(typed.location().split('#').next().unwrap());
        assert!(letter.says(&format!("({why})")), "{why}: {}", letter.body);
    }

    // Somebody else does not see whom she typed.
    assert!(!desk.visit("writer").get("/letters").says("Atlantis"));
}

#[test]
fn comments_are_open_until_somebody_is_done_and_survive_a_restart() {
    let desk = OpenDesk::with(&["writer", "privacy"]);
    let mut anna = desk.visit("privacy");
    let said =
        anna.post("/comments", &[("sentence", "sign.adult"), ("text", "Dit klinkt <koel>.")]);
    assert_eq!((said.status, said.location()), (303, "/texts/sign.adult#comments"));
    let page = [
        ("category", "gp"),
        ("item", "name"),
        ("language", "nl"),
        ("page", "2"),
        ("text", "De regel onderaan staat los."),
    ];
    assert_eq!(anna.post("/comments", &page).status, 303);
    let refused = anna.post("/comments", &[("sentence", "sign.adult"), ("text", "zie 999990019")]);
    assert_eq!(refused.status, 422, "a number is kept nowhere");
    assert!(refused.says("zie 999990019") && refused.says("een nummer dat een BSN kan zijn"));
    let call = anna.post("/comments", &[("sentence", "sign.youth"), ("text", "bel 0612345678")]);
    assert_eq!(call.status, 303, "a telephone number is none");

    let desk = desk.reopened();
    let mut bart = desk.visit("writer");
    let all = bart.get("/comments");
    assert!(all.says("Dit klinkt <koel>.") && all.says("De regel onderaan staat los."));
    assert!(all.body.contains("&lt;koel&gt;"), "what people say is no HTML");
    assert!(bart.get(PLAIN).says("Dit klinkt <koel>.") && bart.get("/texts").says("1 Opmerkingen"));

    assert_eq!(bart.post("/comments/1", &[("done", "yes")]).status, 303);
    assert!(
        !bart.get("/comments").says("Dit klinkt")
            && bart.get("/comments?all=yes").says("Dit klinkt")
    );
    assert_eq!(bart.post("/comments/1", &[("done", "no")]).status, 303);
    assert!(bart.get("/comments").says("Dit klinkt"));
    assert_eq!(bart.post("/comments/99", &[("done", "yes")]).status, 404);
}

#[test]
fn a_changed_sentence_is_one_item_however_many_letters_have_it() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    assert!(anna.get("/changes").says("Er is nog geen nachtverwerking geweest."));
    let day = "/changes?since=2025-01-01";
    assert!(anna.get(day).says("Er is sindsdien niets gewijzigd."));

    let form = form_of(&anna.get(PLAIN));
    assert_eq!(anna.post(PLAIN, &changed(form, "nl_0", "Het spijt ons heel erg.")).status, 303);
    let changes = anna.get(day);
    assert!(changes.body.contains("<del>") && changes.body.contains("<ins>"), "{}", changes.body);

    assert_eq!(anna.post("/changes", &[("since", "2025-01-01")]).status, 303);
    let compared = (0..240)
        .map(|_| {
            thread::sleep(Duration::from_millis(500));
            anna.get(day)
        })
        .find(|page| page.says("brieven vergeleken"))
        .unwrap();
    let groups: Vec<String> =
        compared.links().into_iter().filter(|link| link.starts_with("/changes/group")).collect();
    assert!((1..=6).contains(&groups.len()), "some hundred letters: {groups:?}");

    let group = anna.get(&groups[0]);
    assert!(group.status == 200 && group.says("Over elkaar"));
    let pictures: Vec<String> =
        group.links().into_iter().filter(|link| link.starts_with("/changes/picture")).collect();
    assert!(pictures.len() >= 3, "{pictures:?}");
    let bytes: Vec<Vec<u8>> = pictures[..3].iter().map(|link| anna.get(link).bytes).collect();
    assert!(bytes.iter().all(|png| png.starts_with(b"\x89PNG")) && bytes[0] != bytes[1]);
}

#[test]
fn texts_that_cannot_be_read_are_shown_and_the_desk_stays_up() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    desk.edit("texts/nl.toml", "{fraud}", "{frauud}");
    for path in ["/texts", PLAIN, "/letters", "/changes"] {
        let page = anna.get(path);
        assert_eq!(page.status, 503, "{path}");
        assert!(
            page.says("nl.toml") && page.says("{frauud}") && page.says("Wat te doen"),
            "{}",
            page.body
        );
    }

    desk.edit("texts/nl.toml", "{frauud}", "{fraud}");
    assert_eq!(anna.get("/texts").status, 200);
    desk.edit("facts.toml", "[incident]", "[incidnet]");
    assert!(anna.get("/letters").says("facts.toml"));
}

#[test]
fn while_a_night_is_at_work_the_desk_says_from_when_a_change_counts() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    assert!(!anna.get("/texts").says("De nachtverwerking is bezig"));
    // What a run holds while it works.
    let folder = fs::File::open(desk.path("data")).unwrap();
    folder.lock().unwrap();
    assert!(anna.get("/texts").says("telt mee vanaf de volgende nachtverwerking"));
    let form = form_of(&anna.get(PLAIN));
    assert_eq!(anna.post(PLAIN, &changed(form, "nl_0", "Het spijt ons.")).status, 303);
    folder.unlock().unwrap();
}

#[test]
fn a_sentence_says_how_many_letters_of_the_last_plan_have_it() {
    let night = Night::new(300);
    let report = night.run();
    let letters = report["report"]["letters"]["total"].as_u64().unwrap();
    let desk = OpenDesk::closed(&["writer"]);
    fs::remove_dir_all(desk.path("data/runs")).ok();
    let runs = fs::read_dir(night.data().join("runs")).unwrap();
    let run =
        runs.map(|entry| entry.unwrap().path()).find(|run| run.join("text-uses.json").exists());
    let kept = desk.path("data/runs/2025-09-15-1");
    fs::create_dir_all(&kept).unwrap();
    for name in ["text-uses.json", "report.json"] {
        fs::copy(run.as_ref().unwrap().join(name), kept.join(name)).unwrap();
    }

    let desk = desk.reopened();
    let mut anna = desk.visit("writer");
    let closing = anna.get("/texts/frame.closing");
    assert!(
        closing.says(&format!("{letters} brieven in de laatste nachtverwerking")),
        "{}",
        closing.body
    );
}

/// What a writer sends and what goes wrong meanwhile: the words are in every answer.
#[test]
fn nobody_loses_the_words_that_could_not_be_saved() {
    let words = "Wij hebben lang over deze zin nagedacht.";
    let sent = |answered: &super::Answered, status: u16, why: &str| {
        assert_eq!(answered.status, status, "{why}: {}", answered.body);
        assert!(answered.says(words) && answered.says(why), "{why}: {}", answered.body);
        assert!(answered.says("Niet opgeslagen"), "{why}");
    };

    let desk = OpenDesk::with(&["writer", "privacy"]);
    let mut anna = desk.visit("writer");
    let form = changed(form_of(&anna.get(PLAIN)), "nl_0", words);
    let said = [("sentence", "sign.adult"), ("text", words)];

    // Texts that cannot be read; a comment needs none.
    let texts = desk.read("texts/nl.toml");
    desk.edit("texts/nl.toml", "{fraud}", "{frauud}");
    sent(&anna.post(PLAIN, &form), 503, "{frauud}");
    assert_eq!(anna.post("/comments", &said).status, 303);
    fs::write(desk.path("texts/nl.toml"), texts).unwrap();

    // A journal that is gone: nothing is saved without a name, and nothing is said to be.
    fs::rename(desk.path("data/desk/journal.jsonl"), desk.path("journal")).unwrap();
    sent(&anna.post(PLAIN, &form), 503, "was replaced or deleted");
    sent(&anna.post("/comments", &said), 503, "was replaced or deleted");
    assert!(!desk.read("texts/nl.toml").contains(words));
    fs::rename(desk.path("journal"), desk.path("data/desk/journal.jsonl")).unwrap();

    // A role that may not; a comment that is not fit.
    let mut bart = desk.visit("privacy");
    sent(&bart.post(PLAIN, &form), 403, "met uw rol mag dit niet");
    let long = format!("{words} {}", "lang ".repeat(500));
    let refused = anna.post("/comments", &[("sentence", "sign.adult"), ("text", &long)]);
    sent(&refused, 422, "1 tot 2000 tekens");

    // A users file that cannot be read is no wrong password.
    let users = desk.read("data/desk/users.toml");
    fs::write(desk.path("data/desk/users.toml"), "user = 1\n").unwrap();
    sent(&anna.post(PLAIN, &form), 503, "users.toml");
    let login = [("name", "anna writer"), ("password", super::PASSWORD)];
    assert_eq!(desk.stranger().post("/login", &login).status, 503);
    assert_eq!(anna.get("/texts").status, 503);
    fs::write(desk.path("data/desk/users.toml"), users).unwrap();

    // A session that is over; whoever logs in again sends the words once more.
    let desk = desk.reopened();
    let mut again = desk.stranger();
    again.cookie.clone_from(&anna.cookie);
    assert_eq!(again.get("/texts").location(), "/login?ended=yes");
    assert!(desk.stranger().get("/login?ended=yes").says("uw sessie is verlopen"));
    let kept = again.post(PLAIN, &form);
    sent(&kept, 403, "uw sessie is verlopen");
    let fields = sent_again(&kept);
    assert_eq!(fields, form);
    let mut anna = desk.visit("writer");
    assert_eq!(anna.post(PLAIN, &fields).status, 303);
    assert!(desk.read("texts/nl.toml").contains(words));
}

/// The form on the page with what could not be saved, as a browser would send it.
fn sent_again(page: &super::Answered) -> Vec<(String, String)> {
    let form =
        page.body.split("<form method=\"post\" action=\"/texts/sign.adult\"").nth(1).unwrap();
    super::fields_of(form.split("</form>").next().unwrap())
}

#[test]
fn one_sentence_that_cannot_be_set_does_not_hide_the_others() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    let form = changed(form_of(&anna.get(PLAIN)), "nl_0", "Het spijt ons 😀.");
    assert_eq!(anna.post(PLAIN, &form).status, 303);
    let form = changed(form_of(&anna.get("/texts/sign.youth")), "nl_0", "Het spijt ons zeer.");
    assert_eq!(anna.post("/texts/sign.youth", &form).status, 303);
    let page = anna.get(PLAIN);
    assert!(!page.says("De brieven van het voorbeeld met deze zin zijn in orde."));
    assert!(anna.get("/letters").says("kan de brief niet worden gezet"));

    let day = "/changes?since=2025-01-01";
    assert_eq!(anna.post("/changes", &[("since", "2025-01-01")]).status, 303);
    let compared = (0..480)
        .map(|_| {
            thread::sleep(Duration::from_millis(500));
            anna.get(day)
        })
        .find(|page| page.says("brieven vergeleken"))
        .unwrap();
    assert!(compared.says("Deze brieven kunnen niet worden gezet"), "{}", compared.body);
    let groups =
        compared.links().into_iter().filter(|link| link.starts_with("/changes/group")).count();
    assert!(groups >= 2, "those to young people are compared all the same");
}

#[test]
fn whoever_is_typed_does_not_change_the_page_of_a_sentence() {
    let desk = OpenDesk::with(&["writer"]);
    let mut anna = desk.visit("writer");
    let nobody = [("category", "screening"), ("item", "name"), ("surname", "van")];
    assert_eq!(anna.post("/letters/person", &nobody).status, 303);
    let page = anna.get(PLAIN);
    let pictures: Vec<String> =
        page.links().into_iter().filter(|link| link.starts_with("/letters/picture")).collect();
    assert_eq!(pictures.len(), 2);
    for picture in pictures {
        assert_eq!(anna.get(&picture).status, 200, "{picture}");
    }
}
