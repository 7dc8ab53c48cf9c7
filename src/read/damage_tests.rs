use super::*;

fn number(raw: &str) -> Option<Reason> {
    of_value(raw, Wanted::Number)
}

fn house(raw: &str) -> Option<Reason> {
    of_value(raw, Wanted::House)
}

fn date(raw: &str) -> Option<Reason> {
    of_value(raw, Wanted::Date)
}

#[test]
fn every_kind_of_damage_to_a_number_has_its_code() {
    let table = [
        (Reason::R119, "1.00E+09;1,00E+09;1E+09;9.9996E+08;1e9;1.2e3;-1E+05;1,23E+08"),
        (
            Reason::R120,
            "999960003.0;999960003,0;99990056.0;999.960.003;9999.60.003;3.00;3,00;1.234,00;.5;-3.0",
        ),
        (
            Reason::R121,
            "2-jan;12-okt;Mar-12;mrt-12;2 mei;1-2-2024;01/02/2024;2024-01-02;2-jan-24;Jan 2;12-1-24;2-mrt.;2024-01-02 00:00:00",
        ),
        (
            Reason::R122,
            "#N/B;#N/A;#REF!;#VERW!;#NAAM?;#NAME?;#VALUE!;#WAARDE!;#GETAL!;#NUM!;#DIV/0!;#DEEL/0!;#LEEG!;#NULL!;####;########;Err:502;Fout:502;#SPILL!;#CALC!;#n/b;#OVERLOOP!;#BLOCKED!;#NV",
        ),
        (Reason::R118, "=\"0123\";=0123;+31612345678;@0123"),
        (Reason::R123, "'0123;’0123;`0123;\"0123\";“0123”"),
    ];
    for (reason, texts) in table {
        for text in texts.split(';') {
            assert_eq!(number(text), Some(reason), "{text}");
            assert_eq!(number(&format!(" {text}\u{a0}")), Some(reason), "{text}");
        }
    }
}

#[test]
fn numbers_that_nothing_has_happened_to_are_not_damaged() {
    for text in [
        "999960003",
        "1100AB",
        "1100 AB",
        "06010001",
        "0",
        "",
        "12",
        "#",
        "A-12",
        "P-1",
        "1234SS",
        "Err",
        "Fout",
        "12.",
    ] {
        assert_eq!(number(text), None, "{text}");
    }
}

#[test]
fn parts_of_a_house_number_may_look_strange_and_be_right() {
    for text in [
        "12",
        "12E2",
        "3E",
        "3 E 2",
        "12-2",
        "9-2-A",
        "12.",
        "III",
        "bis",
        "-2",
        "- bis",
        "A",
        "2-A",
        "12 A-2",
        "t/o 3",
        "35 II",
        "50-100",
        "12/A",
        "1234-45-67",
        "apr1",
        "12 boven",
        "#B",
        "#HUIS 3",
        "12:A",
        "waar 3",
    ] {
        assert_eq!(house(text), None, "{text}");
    }
    for (text, reason) in [
        ("2-jan", Reason::R121),
        ("12-okt", Reason::R121),
        ("jan", Reason::R121),
        ("mei-2", Reason::R121),
        ("2.0", Reason::R120),
        ("3,00", Reason::R120),
        ("1E+02", Reason::R119),
        ("1.2E3", Reason::R119),
        ("#NAAM?", Reason::R122),
        ("'3", Reason::R123),
        ("=3", Reason::R118),
        ("1-2-2024", Reason::R121),
        ("12:30", Reason::R121),
        ("00:12:00", Reason::R121),
        ("WAAR", Reason::R122),
        ("False", Reason::R122),
        ("#GETTING_DATA", Reason::R122),
        ("3%", Reason::R120),
        ("€ 3", Reason::R120),
    ] {
        assert_eq!(house(text), Some(reason), "{text}");
    }
}

#[test]
fn dates_have_damage_of_their_own() {
    for (text, reason) in [
        ("45123", Reason::R126),
        ("33245.0", Reason::R126),
        ("45123,5", Reason::R126),
        ("9862", Reason::R126),
        ("1980-02-01T00:00:00", Reason::R127),
        ("1980-02-01 00:00:00", Reason::R127),
        ("1-2-1980 0:00", Reason::R127),
        ("1,95E+03", Reason::R119),
        ("#####", Reason::R122),
        ("#N/A", Reason::R122),
        ("'1980-02-01", Reason::R123),
        ("=\"1980-02-01\"", Reason::R118),
    ] {
        assert_eq!(date(text), Some(reason), "{text}");
    }
    for text in [
        "1980-02-01",
        "1-2-1980",
        "19800201",
        "1980",
        "feb 1980",
        "onbekend",
        "",
        "1980-02-30",
        "1980-00-00",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn traces_of_programs_in_an_address_are_found() {
    for text in [
        "Caf?straat",
        "Kerkstraat?",
        "?straat",
        "K??straat",
        "Kerkstraat&nbsp;",
        "Kerkstraat &amp; Plein",
        "Ren&eacute;straat",
        "Kerk&#39;straat",
        "Kerk&#x27;straat",
        "Kerkstraat&nbsp",
        "Kerkstraat<br>",
        "<b>Kerkstraat</b>",
        "Kerkstraat<br/>Utrecht",
        "Ren\\u00e9straat",
        "Ren\\xe9straat",
        "Kerkstraat\\n",
        "Ren%C3%A9straat",
        "Lange%20Straat",
        "Kerkstraat_x000D_",
        "Lange+Straat",
        "Caf¿straat",
        "{{street}}",
        "${street}",
        "%STREET%",
        "[object Object]",
        "[null]",
        "=C3=A9",
        "Kerk|straat",
        "Kerk~straat",
        "amp;",
        "Kerk amp; Plein",
        "RenU+00E9",
        "Caf\u{FFFD}straat",
        "Kerk*straat",
        "Huize \"\"Zon\"\"",
    ] {
        assert_eq!(leftovers(text), Err(Reason::R125), "{text}");
    }
    for text in [
        "Kerkstraat",
        "Straat #3",
        "Laan & Weg",
        "Laan&Weg",
        "A/B (links)",
        "Schip \"De Hoop\"",
        "'s-Gravenweg",
        "Noord- en Zuidstraat",
        "50% Weg",
        "Plein 1944",
        "2e Dwarsstraat",
        "N° 5",
        "Bergen (NH)",
        "P&O Kade",
        "Weg + Dijk",
        "R&D-laan",
        "Ziekenhuis St. Jan; locatie Zuid",
        "Kade_1",
    ] {
        assert_eq!(leftovers(text), Ok(()), "{text}");
    }
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_panics(raw in "\\PC{0,24}") {
            for wanted in [Wanted::Number, Wanted::Date, Wanted::House] {
                let _ = of_value(&raw, wanted);
            }
            let _ = leftovers(&raw);
        }

        #[test]
        fn plain_digits_are_never_damage(raw in "[0-9]{1,9}[a-z]?") {
            prop_assert_eq!(number(&raw), None);
        }

        #[test]
        fn every_exponent_and_every_decimal_is(digits in "[1-9][0-9]{0,8}", exponent in 0_u8..12) {
            prop_assert_eq!(number(&format!("{digits}.00E+{exponent:02}")), Some(Reason::R119));
            prop_assert_eq!(number(&format!("{digits}.0")), Some(Reason::R120));
            prop_assert_eq!(number(&format!("{digits},00")), Some(Reason::R120));
        }
    }
}
