//! Scenes of whole decisions: what a notice says, to whom, where it goes, and what follows it.

use super::fixtures::{
    Retype as _, Scene, date, exposure, findings, items, partial, provider, register, suppression,
    told,
};
use crate::config::{Hold, MultiCategory};
use crate::field::address::AddressSource;
use crate::field::notice::{Identity, Notice};
use crate::field::row::{ProviderKind, SuppressionReason};
use crate::field::terms::{Audience, Category, Custody, Format, Items, Kind, Language, Status};

fn only(scene: &Scene) -> Notice<'_> {
    let sifted = scene.decide();
    assert!(sifted.set_aside.is_empty(), "{:?}", sifted.set_aside);
    let [notice] = <[_; 1]>::try_from(sifted.ready).unwrap();
    notice
}

fn born(scene: &mut Scene, day: &str) {
    let day = partial(day);
    scene.rows.exposures.iter_mut().for_each(|row| row.birth_date = day);
    scene.rows.participants.iter_mut().for_each(|row| row.birth_date = day);
}

#[test]
fn a_first_letter_says_everything_and_the_main_category_leads() {
    let mut scene = Scene::of(&[Some(Category::Screening), Some(Category::Gp)]);
    scene.rows.exposures[1].status = Status::NotExcluded;
    scene.rows.exposures[1].items = items("name phone");
    scene.rows.participants[0].language = Some(Language::En);
    let notice = only(&scene);

    assert_eq!((notice.kind, notice.sequence, notice.sender.as_str()), (Kind::First, 1, "bvo"));
    assert_eq!(
        notice.findings,
        findings("gp screening / confirmed / unknown / name address birth_date bsn / phone")
    );

    assert_eq!(notice.record_ids, ["LAB-0002", "LAB-0001"]);
    assert_eq!(notice.difference, None);
    assert_eq!(
        (notice.audience, notice.custody, notice.provider.is_none()),
        (Audience::Adult, None, true)
    );

    assert_eq!((notice.language, notice.format), (Language::En, Format::Standard));
    assert_eq!(notice.address_source, AddressSource::Participants);
    assert!(matches!(notice.identity, Identity::Listed(row) if row.row.file == 1));
}

#[test]
fn a_name_and_an_address_may_come_from_two_rows() {
    let mut scene = Scene::of(&[Some(Category::Screening)]);
    scene.rows.participants[0] =
        scene.rows.participants[0].clone().with("town", "").with("postcode", "");
    scene.rows.register.push(register(1));
    let notice = only(&scene);
    assert_eq!(notice.address_source, AddressSource::Register);
    assert!(matches!(notice.identity, Identity::Listed(row) if row.row.file == 1));
    assert!(matches!(notice.address_of, Identity::Listed(row) if row.row.file == 2));
}

#[test]
fn children_and_young_people() {
    let mut scene = Scene::of(&[Some(Category::Gp)]);
    scene.rows.exposures[0].items = items("name exam_type result");

    for (born_on, expected) in [
        ("2013-10-02", "first"),
        ("2013-10-01", "D207"),
        ("2009-10-02", "D207"),
        ("2009-10-01", "first"),
    ] {
        born(&mut scene, born_on);
        assert_eq!(scene.ends(), [expected], "{born_on}");
    }

    assert_eq!(only(&scene).findings.involved, items("name exam_type result"));
    scene.policy.minors_12_15 = Hold::Write;
    for (born_on, audience) in [("2013-10-02", Audience::Parents), ("2013-10-01", Audience::Youth)]
    {
        born(&mut scene, born_on);
        let notice = only(&scene);
        assert_eq!((notice.audience, notice.findings.involved), (audience, items("name")));
    }

    scene.rows.exposures[0].items = items("exam_type result");
    assert_eq!(scene.ends(), ["D211"]);
}

#[test]
fn screening_before_the_age_of_29() {
    let mut scene = Scene::of(&[Some(Category::Screening)]);
    scene.rows.exposures[0].sample_date = Some(date("2025-03-01"));

    for (born_on, expected) in [
        ("1996-03-02", "D208"),
        ("1996-03-01", "first"),
        ("1996-02-29", "first"),
        ("1996-03-00", "D205"),
        ("1996-00-00", "D205"),
        ("1995-00-00", "first"),
        ("1997-00-00", "D208"),
        ("", "first"),
    ] {
        born(&mut scene, born_on);
        assert_eq!(scene.ends(), [expected], "{born_on}");
    }

    scene.rows.exposures[0].sample_date = Some(date("2025-02-28"));
    born(&mut scene, "1996-02-29");
    assert_eq!(scene.ends(), ["D208"]);
}

#[test]
fn without_a_sample_date_only_who_is_too_young_today_was_too_young_then() {
    let mut scene = Scene::of(&[Some(Category::Screening)]);
    scene.rows.exposures[0].sample_date = None;
    for (born_on, expected) in
        [("1996-10-02", "D208"), ("1996-10-01", "first"), ("1996-00-00", "first")]
    {
        born(&mut scene, born_on);
        assert_eq!(scene.ends(), [expected], "{born_on}");
    }
}

#[test]
fn birth_dates_on_both_sides_of_29_contradict_each_other_for_screening_alone() {
    let mut scene = Scene::of(&[Some(Category::Screening)]);
    scene.rows.exposures[0].birth_date = partial("1999-05-05");
    assert_eq!(scene.ends(), ["D205"]);
    scene.rows.exposures[0].category = Some(Category::Gp);
    assert_eq!(scene.ends(), ["first"]);
}

#[test]
fn somebody_in_custody_is_written_to_at_the_institution() {
    let mut scene = Scene::of(&[Some(Category::Prisoner)]);
    scene.rows.exposures[0] = scene.rows.exposures[0].clone().with("provider_code", "80000001");
    scene.rows.exposures[0].custody = Some(Custody::Current);
    scene.rows.participants.clear();
    assert_eq!(scene.ends(), ["D210"]);
    scene.rows.providers.push(provider(1, "80000001", ProviderKind::Hospital));
    assert_eq!(scene.ends(), ["D210"]);
    scene.rows.providers[0].kind = ProviderKind::Custodial;
    scene.rows.providers[0].confirmed_on = None;

    let notice = only(&scene);
    assert_eq!(
        (notice.address_source, notice.custody),
        (AddressSource::Institution, Some(Custody::Current))
    );

    assert_eq!(notice.provider.unwrap().code, "80000001");
    assert!(matches!(notice.identity, Identity::Lab(_)));

    // No other address is needed.
    scene.rows.exposures[0] = scene.rows.exposures[0].clone().with("street", "");
    assert_eq!(scene.ends(), ["first"]);
    scene.rows.providers[0] = scene.rows.providers[0].clone().with("street", "");

    assert_eq!(scene.ends(), ["D204"]);
}

#[test]
fn somebody_who_was_in_custody_is_written_to_at_home_and_no_institution_is_named() {
    let mut scene = Scene::of(&[Some(Category::Prisoner)]);
    scene.rows.exposures[0] = scene.rows.exposures[0].clone().with("provider_code", "80000001");
    scene.rows.exposures[0].custody = Some(Custody::Former);
    scene.rows.providers.push(provider(1, "80000001", ProviderKind::Custodial));
    let notice = only(&scene);

    assert_eq!(
        (notice.address_source, notice.custody),
        (AddressSource::Participants, Some(Custody::Former))
    );

    assert!(notice.provider.is_none());
}

#[test]
fn contradicting_custody_and_contradicting_institutions() {
    let mut scene = Scene::of(&[Some(Category::Prisoner), Some(Category::Prisoner)]);
    for row in &mut scene.rows.exposures {
        *row = row.clone().with("provider_code", "80000001");
        row.custody = Some(Custody::Current);
    }

    scene.rows.providers.push(provider(1, "80000001", ProviderKind::Custodial));
    assert_eq!(scene.ends(), ["first"; 2]);
    scene.rows.exposures[1].custody = Some(Custody::Former);
    assert_eq!(scene.ends(), ["D205"; 2]);
    scene.rows.exposures[1].sample_date = Some(date("2025-01-01"));
    assert_eq!(only(&scene).custody, Some(Custody::Former));
    scene.rows.exposures[1].custody = Some(Custody::Current);
    scene.rows.exposures[1] = scene.rows.exposures[1].clone().with("provider_code", "80000002");
    assert_eq!(scene.ends(), ["D210"; 2]);
    scene.rows.exposures[1].sample_date = scene.rows.exposures[0].sample_date;

    assert_eq!(scene.ends(), ["D205"; 2]);
}

#[test]
fn a_provider_is_named_when_rows_agree_and_it_is_confirmed() {
    let mut scene = Scene::of(&[Some(Category::Gp), Some(Category::Gp), Some(Category::Screening)]);
    scene.rows.exposures[0] = scene.rows.exposures[0].clone().with("provider_code", "01000001");
    scene.rows.exposures[2] = scene.rows.exposures[2].clone().with("provider_code", "01000002");
    scene.rows.providers.push(provider(1, "01000001", ProviderKind::Gp));
    let named = |scene: &Scene| only(scene).provider.is_some();

    assert!(named(&scene));

    for (kind, expected) in [
        (ProviderKind::Clinic, true),
        (ProviderKind::Hospital, false),
        (ProviderKind::Custodial, false),
    ] {
        scene.rows.providers[0].kind = kind;
        assert_eq!(named(&scene), expected);
    }

    scene.rows.providers[0].kind = ProviderKind::Gp;
    for (confirmed_on, expected) in
        [(Some(date("2025-10-01")), true), (Some(date("2025-10-02")), false), (None, false)]
    {
        scene.rows.providers[0].confirmed_on = confirmed_on;
        assert_eq!(named(&scene), expected);
    }

    scene.rows.providers[0].confirmed_on = Some(date("2025-10-01"));
    scene.rows.exposures[1] = scene.rows.exposures[1].clone().with("provider_code", "01000002");
    assert!(!named(&scene));
}

#[test]
fn suppressions_find_the_person_by_every_number() {
    for (reason, expected) in [
        (SuppressionReason::Deceased, "D201"),
        (SuppressionReason::Objection, "D202"),
        (SuppressionReason::Other, "D202"),
        (SuppressionReason::ProtectedAddress, "D203"),
        (SuppressionReason::WhereaboutsUnknown, "D204"),
    ] {
        let mut scene = Scene::of(&[Some(Category::Screening)]);
        scene.rows.register.push(register(1));
        scene.rows.suppressions.push(suppression(1, reason));
        assert_eq!(scene.ends(), ["first"]);
        for number in ["P0001", "R0001"] {
            number.clone_into(&mut scene.rows.suppressions[0].person_ref);
            assert_eq!(scene.ends(), [expected]);
        }
        scene.rows.suppressions[0].person_ref.clear();
        scene.rows.suppressions[0].bsn = scene.rows.exposures[0].bsn;
        assert_eq!(scene.ends(), [expected]);
        scene.rows.exposures[0].bsn = None;
        assert_eq!(scene.ends(), [expected]);
        scene.rows.participants.clear();
        assert_eq!(scene.ends(), [expected]);
        assert_eq!(scene.decide().set_aside[0].beside, [scene.rows.suppressions[0].row]);
    }
}

#[test]
fn told_then_nothing_then_a_supplement_then_a_correction() {
    let mut scene = Scene::of(&[Some(Category::Screening)]);
    scene.remember("2025-10-02");
    assert_eq!(scene.ends(), ["D301"]);
    scene.rows.exposures.push(crate::field::row::Exposure { items: items("phone"), ..exposure(2) });
    assert_eq!(scene.ends(), ["D302"; 2]);
    assert_eq!(scene.decide().set_aside[0].due, Some(date("2025-10-15")));
    scene.run_date = date("2025-10-15");

    let difference = only(&scene).difference.unwrap();
    assert_eq!(
        (difference.earlier, difference.before),
        (date("2025-10-01"), scene.told[0].findings.clone())
    );

    assert_eq!(only(&scene).kind, Kind::Supplement);
    scene.remember("2025-11-15");
    assert_eq!(scene.ends(), ["D301"; 2]);
    scene.rows.exposures[1].items = Items::NONE;
    scene.rows.exposures[1].category = Some(Category::Gp);

    let notice = only(&scene);
    assert_eq!((notice.kind, notice.sequence), (Kind::Correction, 1));
    assert_eq!(notice.difference.unwrap().earlier, date("2025-10-15"));
    scene.remember("2025-12-15");
    assert_eq!(scene.ends(), ["D301"; 2]);
    scene.rows.exposures[1].items = items("email");

    assert_eq!((only(&scene).kind, only(&scene).sequence), (Kind::Supplement, 2));
}

#[test]
fn an_item_that_is_newly_possible_is_no_reason_to_write() {
    let mut scene = Scene::of(&[Some(Category::Screening)]);
    scene.remember("2025-11-01");
    let possible = crate::field::row::Exposure {
        items: items("phone"),
        status: Status::NotExcluded,
        ..exposure(2)
    };

    scene.rows.exposures.push(possible);
    assert_eq!(scene.ends(), ["D301"; 2]);
    assert_eq!(scene.decide().set_aside[0].evidence, "items: newly possible ones are not material");
}

#[test]
fn a_birthday_is_no_news_and_a_childs_letter_does_not_take_back_what_an_adults_said() {
    let mut scene = Scene::of(&[Some(Category::Gp)]);
    scene.rows.exposures[0].items = items("name result");
    scene.policy.minors_12_15 = Hold::Write;
    born(&mut scene, "2009-10-10");
    scene.remember("2025-10-30");
    assert_eq!(scene.ends(), ["D301"]);
    scene.rows.exposures[0].items = items("name result phone");

    let notice = only(&scene);
    assert_eq!(
        (notice.kind, notice.findings.involved),
        (Kind::Supplement, items("name result phone"))
    );

    // The birth date was wrong: a letter to an adult had named the result.
    let mut scene = Scene::of(&[Some(Category::Gp)]);
    scene.rows.exposures[0].items = items("name result");
    scene.remember("2025-10-30");
    born(&mut scene, "2016-10-10");
    assert_eq!(scene.ends(), ["D301"]);
    scene.rows.exposures[0].items = items("name result phone");

    let notice = only(&scene);
    assert_eq!((notice.kind, notice.audience), (Kind::Supplement, Audience::Parents));
    assert_eq!(notice.difference.unwrap().before.involved, items("name"));
}

#[test]
fn what_is_held_back_is_not_taken_back() {
    let mut scene = Scene::of(&[Some(Category::Gp), Some(Category::Screening)]);
    scene.rows.exposures[0].items = items("phone");
    scene.remember("2025-11-01");
    scene.senders.remove(&Category::Gp);
    assert_eq!(scene.ends(), ["D212", "D301"]);
    scene.senders.insert(Category::Gp, "bvo".to_owned());
    scene.rows.exposures[0].category = None;
    assert_eq!(scene.ends(), ["D101", "D301"]);
    scene.rows.exposures[0].category = Some(Category::Hospital);

    assert_eq!(scene.ends(), ["correction"; 2]);
}

fn per_sender() -> Scene {
    let mut scene =
        Scene::of(&[Some(Category::Screening), Some(Category::Gp), Some(Category::Hospital)]);
    scene.policy.multi_category = MultiCategory::PerSender;
    scene.senders.insert(Category::Gp, "lab".to_owned());
    scene.rows.exposures[1].items = items("phone");
    scene
}

#[test]
fn one_letter_for_each_sender_with_its_own_categories_alone() {
    let scene = per_sender();
    let sifted = scene.decide();
    assert!(sifted.set_aside.is_empty());
    let told: Vec<_> = sifted
        .ready
        .iter()
        .map(|notice| (notice.sender.as_str(), notice.kind, notice.sequence))
        .collect();

    assert_eq!(told, [("bvo", Kind::First, 1), ("lab", Kind::First, 2)]);
    assert_eq!(sifted.ready[0].findings.categories, [Category::Hospital, Category::Screening]);
    assert_eq!(sifted.ready[0].record_ids, ["LAB-0003", "LAB-0001"]);

    assert_eq!(sifted.ready[1].findings, findings("gp / confirmed / unknown / phone / "));
}

#[test]
fn a_letter_that_would_list_nothing_is_held_though_another_sender_has_something_to_list() {
    let mut scene = per_sender();
    scene.rows.exposures[1].items = Items::NONE;
    assert_eq!(scene.ends(), ["first", "D211", "first"]);
    scene.policy.multi_category = MultiCategory::OneLetter;
    assert_eq!(scene.ends(), ["first"; 3]);
    scene.senders = [(Category::Gp, "lab".to_owned())].into_iter().collect();
    assert_eq!(scene.ends(), ["D212", "D211", "D212"]);
}

#[test]
fn each_sender_remembers_its_own_letters() {
    let mut scene = per_sender();
    scene.remember("2025-11-01");
    assert_eq!(scene.ends(), ["D301"; 3]);
    scene.rows.exposures[1].items = items("phone email");
    assert_eq!(scene.ends(), ["D301", "supplement", "D301"]);
    scene.rows.exposures[0].items = items("name");
    scene.rows.exposures[2].items = items("name email");
    assert_eq!(scene.ends(), ["correction", "supplement", "correction"]);
}

#[test]
fn other_senders_and_other_policies_tell_nothing_again() {
    let mut scene = per_sender();
    scene.remember("2025-11-01");
    scene.policy.multi_category = MultiCategory::OneLetter;
    assert_eq!(scene.ends(), ["D301"; 3]);
    let renamed =
        |scene: &mut Scene| scene.senders.values_mut().for_each(|sender| sender.push('2'));

    renamed(&mut scene);
    assert_eq!(scene.ends(), ["D301"; 3]);
    scene.policy.multi_category = MultiCategory::PerSender;
    assert_eq!(scene.ends(), ["D301"; 3]);
    scene.rows.exposures[1].items = items("phone email");

    assert_eq!(scene.ends(), ["D301", "supplement", "D301"]);
}

#[test]
fn a_sender_that_does_not_write_about_custody_writes_home() {
    let mut scene = Scene::of(&[Some(Category::Prisoner), Some(Category::Screening)]);
    scene.policy.multi_category = MultiCategory::PerSender;
    scene.senders.insert(Category::Prisoner, "dji".to_owned());
    scene.rows.exposures[0] = scene.rows.exposures[0].clone().with("provider_code", "80000001");
    scene.rows.exposures[0].custody = Some(Custody::Current);
    scene.rows.providers.push(provider(1, "80000001", ProviderKind::Custodial));

    let sources: Vec<_> =
        scene.decide().ready.iter().map(|notice| (notice.address_source, notice.custody)).collect();
    assert_eq!(
        sources,
        [(AddressSource::Institution, Some(Custody::Current)), (AddressSource::Participants, None)]
    );

    scene.rows.participants[0] = scene.rows.participants[0].clone().with("street", "");
    assert_eq!(scene.ends(), ["first", "D204"]);
}

#[test]
fn numbers_go_on_where_they_stopped() {
    let mut scene = per_sender();
    let mut letter =
        told("2025-08-01", Kind::First, "other", "prisoner / confirmed / unknown / name / ");
    letter.sequence = 4;
    scene.told.push(letter);
    let numbers: Vec<_> = scene.decide().ready.iter().map(|notice| notice.sequence).collect();
    assert_eq!(numbers, [5, 6]);
}
