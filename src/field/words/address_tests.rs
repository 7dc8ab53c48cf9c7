use super::*;

#[test]
fn words_that_say_that_there_is_no_address_are_known_in_any_spelling() {
    let table = [
        (
            Remark::Hidden,
            "GEHEIM;geheim;Geheim adres;gba geheim;GBA-geheim;adres is geheim;Geheim (BRP);GEHEIMHOUDING;Afgeschermd;hidden;\
             Secret;protected address;ADDRESS WITHHELD;vertrouwelijk;Confidential;geheim 3;adres: geheim!;privé;\
             Geheimhouding (BRP);Geheim adres, niet verstrekken;i.v.m. veiligheid geheim;adres wordt geheim gehouden;\
             Code 7 geheim;niet vrijgegeven;Schuiladres;Blijf-van-mijn-lijfhuis;Privacy;AVG;ex-directory",
        ),
        (
            Remark::Nowhere,
            "VOW;v.o.w.;V O W;RNI;r.n.i.;Dakloos;dakloze;zwervend;ZWERVER;z.w.v.;zvwov;NFA;n.f.a.;No Fixed Abode;\
             no fixed address;of no fixed abode;homeless;Zonder vaste woon- of verblijfplaats;zonder vaste woon/verblijfplaats;\
             adres onbekend;ADRES ONBEKEND;onbekend adres;Straat onbekend;unknown street;Address unknown;\
             Vertrokken onbekend waarheen;vertrokken;verhuisd;Verhuisd - onbekend;moved;retour afzender;RETOUR;\
             Return to sender;R.T.S.;Undeliverable;onbestelbaar;Postbus onbekend;geen adres;geen;none;N/A;n.v.t.;nvt;n.b.;\
             niet bekend;not known;Buitenland;geëmigreerd;Geen vaste woonplaats;thuisloos;null null;undefined;xxx;XXXX;\
             Zie dossier;see notes;weet niet;weigert adres;niet meer woonachtig;not at this address;adres in onderzoek;\
             under investigation;Unbekannt verzogen;unbekannt;inconnu;Briefadres gemeente;p/a gemeente;NIET VERZENDEN;\
             verhuisd, geen nieuw adres;op straat;Gedetineerd;Adres;z.o.z.;geen v.w.o.v.;Mail returned;Pas op: partner;\
             Teststraat;Registratie Niet Ingezetenen;niet aanschrijven;do not mail;as above",
        ),
        (
            Remark::Died,
            "Overleden;OVERLEDEN 2020;overleden d.d. 12-03-2020;Deceased;deceased 2021;patiënt overleden;† 2020;†;\
             pt. overleden;exitus;fallecido;has died;wijlen;dood;passed away;Geadresseerde overleden",
        ),
    ];
    for (remark, texts) in table {
        for text in texts.split(';') {
            assert_eq!(remark_in(text.trim()), Some(remark), "{text}");
        }
    }
}

#[test]
fn streets_towns_and_lines_with_such_a_word_in_them_are_printed() {
    let streets = "Geheimstraat;Geheimenlaan;Onbekendeweg;Onbekende Soldaatstraat;Laan van de Onbekende Soldaat;Doodweg;\
        Doodenlaan;Dodeweg;Dode Weg;Wijlenstraat;Verborgen Pad;Verborgenhof;Hidden Valley Road;Secret Lane;Deadman's Walk;\
        Rue de la Mort;Retourstraat;Retourweg;Daklozenhof;Zwerverslaan;Overledenenweg;Testrik;Nulweg;Adresstraat;\
        Straat;De Straat;Plein;Kerkstraat;Noord- en Zuidstraat;1e Exloërmond;Graan voor Visch;Postbus;Antwoordnummer;\
        Laan van Meerdervoort;Het Geheim van Utrecht;Vertrokken Schipperweg;Protected Grove Road;Private Drive;\
        Private Road 12;Return Street;Late Lane;Weg;De Weg;Home Farm;Thuisweg;Terugweg;Elderslaan;Op de Straat;\
        Rue Inconnue;Nieuwstraat;Onbekenlaan;Anonieme Steeg;Geheime Gang;Vrijstraat;Moved Hill Road;Nee Straat Oost;\
        Dakstraat;Buitenlandstraat;Sint Jan;Xaveriusweg;X-weg;A-straat;B 2;Straat #3;Laan & Weg;De Veiligheid;Gemeenteweg;Codestraat;Centraal Plein;Onderzoekstraat;Privacyweg;Schuilhoek;\
        Zonder Zorg;Schip \"De Hoop\"";
    let towns = "Utrecht;'s-Gravenhage;Den Haag;Nederland;Doodstil;Ee;Ede;Oss;Best;De Weere;Geheim-Noord;Onbekendwoude;\
        Rossum;Retranchement;Reuver;Rhenen;Nes;Nij Beets;Vow Hill;Weg Noord;Thuine;America;Amerika;Rome;Overlangel;Overloon";
    let additions =
        "A;B;bis;hs;III;-2;2;zw;rd;boven;achter;K1;TO;a 2;R;V;W;nh;NS;12;0072;1-24;huis;app;H";
    for text in [streets, towns].iter().flat_map(|list| list.split(';')) {
        assert_eq!(remark_in(text.trim()), None, "{text}");
    }
    for text in additions.split(';') {
        assert_eq!(remark(&Address { house_addition: text, ..Address::default() }), None, "{text}");
    }
}

#[test]
fn a_remark_beside_a_street_or_a_town_counts_where_its_writer_set_it_apart() {
    let hidden = "Kerkstraat (geheim);UTRECHT - GEHEIM;Kerkstraat: geheim!;[geheim] Kerkstraat;GEHEIM Kerkstraat;\
        PI Vught geheim;Opvang geheim;Blijf van m'n lijf;Kerkstraat * GEHEIM *";
    let nowhere = "Kerkstraat (VOW);Kerkstraat RETOUR;Kerkstraat - retour;Utrecht [nfa];Verhuisd naar Spanje;(blank);\
        nog opvragen;wordt nagevraagd;ministerieel besluit";
    let died = "Kerkstraat (dood);Kerkstraat - wijlen;begraven;gecremeerd;doodgeboren";
    for (remark, texts) in
        [(Remark::Hidden, hidden), (Remark::Nowhere, nowhere), (Remark::Died, died)]
    {
        for text in texts.split(';') {
            assert_eq!(remark_in(text.trim()), Some(remark), "{text}");
        }
    }

    // Provinces in brackets, hyphens without blanks, words that stand before others.
    let places = "Rijswijk (NB);Noordwijk (ZH);Bergen (NH);Beek (L);Geheim-Noord;Het Geheim van Utrecht;Vow Hill;\
        Retour Hill Road;Laan - Oost;Nes (Ameland);Hengelo (O);Kasteel Ow-Zuid;Plein (Noord) 3;Rust en Vrede - Zuid";
    for text in places.split(';') {
        assert_eq!(remark_in(text.trim()), None, "{text}");
    }
}

#[test]
fn no_street_and_no_town_is_an_abbreviation_a_number_or_a_key_held_down() {
    for cell in ["GVVP", "g.v.w.o.v.p.", "zvwovfp", "nkz", "TBC", "aaaa", "eee"] {
        for address in [
            Address { street: cell, ..Address::default() },
            Address { town: cell, ..Address::default() },
        ] {
            assert_eq!(remark(&address).map(|(remark, _)| remark), Some(Remark::Nowhere), "{cell}");
        }
    }
    assert_eq!(
        remark(&Address { town: "1", ..Address::default() }),
        Some((Remark::Nowhere, "town"))
    );
    for street in [
        "A",
        "B",
        "IJ",
        "Ee",
        "Aa",
        "N23",
        "W.A. Scholtenstraat",
        "Kp. Berg",
        "Ysstraat",
        "Gvenstraat 1",
        "Gvweg",
        "Zvolenplein",
        ".",
        "",
        "Łódź",
    ] {
        let expected = None;
        assert_eq!(remark(&Address { street, ..Address::default() }), expected, "{street}");
    }
}

#[test]
fn the_weightiest_remark_of_an_address_counts_and_names_its_column() {
    let plain = Address {
        street: "Kerkstraat",
        house_number: "1",
        postcode: "9999ZZ",
        town: "Utrecht",
        ..Address::default()
    };
    assert_eq!(remark(&plain), None);
    assert_eq!(remark(&Address { street: "VOW", ..plain }), Some((Remark::Nowhere, "street")));
    assert_eq!(remark(&Address { town: "RNI", ..plain }), Some((Remark::Nowhere, "town")));
    assert_eq!(
        remark(&Address { house_addition: "geheim", ..plain }),
        Some((Remark::Hidden, "house_addition"))
    );
    assert_eq!(
        remark(&Address { location_description: "dakloos", ..plain }),
        Some((Remark::Nowhere, "location_description"))
    );
    let both = Address { street: "adres onbekend", town: "overleden", ..plain };
    assert_eq!(remark(&both), Some((Remark::Died, "town")));
}

#[test]
fn somebody_abroad_may_be_registered_in_the_register_of_non_residents() {
    let lines = ["Rue Haute 1", "1000 Bruxelles", ""];
    let abroad =
        Address { foreign_lines: lines, municipality: "RNI", country: "BE", ..Address::default() };
    assert_eq!(remark(&abroad), None);
    assert_eq!(remark(&Address { town: "Buitenland", ..abroad }), None);
    assert_eq!(remark(&Address { town: "geheim", ..abroad }), Some((Remark::Hidden, "town")));
    let unknown = ["address unknown", "", ""];
    assert_eq!(
        remark(&Address { foreign_lines: unknown, ..abroad }),
        Some((Remark::Nowhere, "foreign_line_1"))
    );
    // Without foreign lines the municipality would be printed in the place of the town.
    assert_eq!(
        remark(&Address { street: "Kade", municipality: "RNI", ..Address::default() }),
        Some((Remark::Nowhere, "municipality"))
    );
}
