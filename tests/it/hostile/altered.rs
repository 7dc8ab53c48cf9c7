//! A print file taken apart and altered, each time in one way that leaves the text of its pages as
//! it was.

use std::fmt::Write as _;

/// A way to alter a print file: its name, what is said of it, and how it is done.
pub(super) type Way = (&'static str, &'static str, fn(&[u8]) -> Vec<u8>);

/// The beginning of a page's dictionary, and the one of the catalogue.
const PAGE: &str = "/Type /Page\n";
const CATALOG: &str = "/Type /Catalog\n";

pub(super) const WAYS: [Way; 16] = [
    ("a stamp", "an entry `Annots`", |pdf| {
        let stamp = "/Annots [<</Type /Annot /Subtype /Stamp /Rect [100 100 300 200]>>]";
        PrintFile::of(pdf).with_key(PAGE, stamp)
    }),
    ("a stamp in a page's own content", "ink that is no bars and no sheet mark", |pdf| {
        PrintFile::of(pdf).with_content("\n50 200 400 400 re\nf")
    }),
    ("a stamp in a blank margin", "ink that is no bars and no sheet mark", |pdf| {
        PrintFile::of(pdf).with_content("\n5 500 30 100 re\nf")
    }),
    ("a stamp in the mark's zone", "ink in the zone of the sheet mark", |pdf| {
        PrintFile::of(pdf).with_content("\n10 60 40 8 re\nf")
    }),
    ("a stamp in a text of many letters", "something inked in the text of a letter", |pdf| {
        PrintFile::of(pdf).with_stream("/Subtype /Form", |content| {
            content.extend(b"\n70 60 200 10 re\nf");
        })
    }),
    ("a script", "an entry `Names`", |pdf| {
        let script = "/Names <</JavaScript <</Names [(a) <</S /JavaScript /JS (1;)>>]>>>>";
        PrintFile::of(pdf).with_key(CATALOG, script)
    }),
    ("an action", "an entry `OpenAction`", |pdf| {
        PrintFile::of(pdf).with_key(CATALOG, "/OpenAction <</S /Named /N /FirstPage>>")
    }),
    ("an embedded file", "an entry `AF`", |pdf| {
        PrintFile::of(pdf).with_key(CATALOG, "/AF [<</Type /Filespec /F (a.txt)>>]")
    }),
    ("a rotation", "an entry `Rotate`", |pdf| PrintFile::of(pdf).with_key(PAGE, "/Rotate 180")),
    ("a crop box", "an entry `CropBox`", |pdf| {
        PrintFile::of(pdf).with_key(PAGE, "/CropBox [0 0 300 400]")
    }),
    ("a user unit", "an entry `UserUnit`", |pdf| PrintFile::of(pdf).with_key(PAGE, "/UserUnit 2")),
    ("a broken face", "glyphs that are not those of the face", |pdf| {
        PrintFile::of(pdf).with_stream("/Length1", |program| {
            let middle = program.len() / 2;
            program[middle] ^= 1;
        })
    }),
    ("a scrambled face", "glyphs that are not those of the face", |pdf| {
        PrintFile::of(pdf).with_cid_map(|map| {
            let used: Vec<usize> =
                (0..map.len()).step_by(2).filter(|at| map[*at..*at + 2] != [0, 0]).collect();
            let (one, other) = (used[used.len() - 1], used[used.len() - 2]);
            map.swap(one + 1, other + 1);
        })
    }),
    ("bytes behind the end", "bytes behind its end", |pdf| [pdf, b"\n% more\n"].concat()),
    ("bytes before the beginning", "bytes before its beginning", |pdf| [b"\n", pdf].concat()),
    ("an added part", "added to a finished file", |pdf| {
        let at = pdf.windows(9).rposition(|word| word == b"startxref").unwrap();
        [pdf, b"\n", &pdf[at..]].concat()
    }),
];

/// The objects of a print file, each with its number.
pub(super) struct PrintFile {
    head: Vec<u8>,
    objects: Vec<(u32, Vec<u8>)>,
    trailer: Vec<u8>,
}

fn find(bytes: &[u8], word: &[u8], from: usize) -> Option<usize> {
    bytes[from..].windows(word.len()).position(|found| found == word).map(|at| at + from)
}

impl PrintFile {
    /// By the table of places at its end.
    pub(super) fn of(pdf: &[u8]) -> Self {
        let table = pdf.windows(5).rposition(|word| word == b"xref\n").unwrap();
        // `startxref` ends in the same word.
        let table = pdf[..table].windows(5).rposition(|word| word == b"xref\n").unwrap();
        let text = String::from_utf8_lossy(&pdf[table..]).into_owned();
        let mut places: Vec<(usize, u32)> = text
            .lines()
            .skip(2)
            .zip(0..)
            .take_while(|(line, _)| !line.starts_with("trailer"))
            .filter(|(line, _)| line.trim_end().ends_with('n'))
            .map(|(line, number)| (line[..10].parse().unwrap(), number))
            .collect();
        places.sort_unstable();

        let ends = places.iter().skip(1).map(|place| place.0).chain([table]);
        let objects = places.iter().zip(ends).map(|((at, number), end)| {
            let begins = find(pdf, b" obj\n", *at).unwrap() + 5;
            (*number, pdf[begins..end].to_vec())
        });
        let trailer = find(pdf, b"trailer", table).unwrap();
        let end = find(pdf, b"startxref", trailer).unwrap();
        Self {
            head: pdf[..places[0].0].to_vec(),
            objects: objects.collect(),
            trailer: pdf[trailer..end].to_vec(),
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut pdf = self.head.clone();
        let count = self.objects.iter().map(|object| object.0).max().unwrap() + 1;
        let mut places = vec![None; count as usize];
        for (number, object) in &self.objects {
            places[*number as usize] = Some(pdf.len());
            pdf.extend(format!("{number} 0 obj\n").as_bytes());
            pdf.extend_from_slice(object);
        }

        let mut table = format!("xref\n0 {count}\n");
        for place in &places {
            match place {
                Some(at) => writeln!(table, "{at:010} 00000 n\r").unwrap(),
                None => table.push_str("0000000000 65535 f\r\n"),
            }
        }
        let at = pdf.len();
        pdf.extend(table.as_bytes());
        pdf.extend_from_slice(&self.trailer);
        pdf.extend(format!("startxref\n{at}\n%%EOF").as_bytes());
        pdf
    }

    /// With an entry behind another one of the first object that has that.
    pub(super) fn with_key(mut self, behind: &str, entry: &str) -> Vec<u8> {
        let place = self.objects.iter_mut().find_map(|(_, object)| {
            let at = find(object, behind.as_bytes(), 0)?;
            Some((object, at + behind.len()))
        });
        let (object, at) = place.unwrap();
        object.splice(at..at, format!("  {entry}\n").into_bytes());
        self.bytes()
    }

    /// With the unpacked bytes of the first stream changed whose dictionary has this.
    fn with_stream(mut self, key: &str, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let place = self.objects.iter().position(|(_, object)| {
            let begins = find(object, b"stream", 0).unwrap_or(0);
            find(&object[..begins], key.as_bytes(), 0).is_some()
        });
        self.change(place.unwrap(), change);
        self.bytes()
    }

    /// With operators behind those of the first page that draws a body.
    fn with_content(mut self, operators: &str) -> Vec<u8> {
        let page = |object: &&mut (u32, Vec<u8>)| find(&object.1, b"stream\n/B Do", 0).is_some();
        let object = &mut self.objects.iter_mut().find(page).unwrap().1;
        let ends = object.windows(10).rposition(|word| word == b"\nendstream").unwrap();
        object.splice(ends..ends, operators.bytes());
        let begins = find(object, b"stream\n", 0).unwrap() + 7;
        set_length(object, begins, ends + operators.len() - begins);
        self.bytes()
    }

    fn with_cid_map(mut self, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        const KEY: &[u8] = b"/CIDToGIDMap ";
        let number = self.objects.iter().find_map(|(_, object)| {
            let at = find(object, KEY, 0)? + KEY.len();
            let digits: String = object[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .map(|byte| char::from(*byte))
                .collect();
            digits.parse::<u32>().ok()
        });
        let place = self.objects.iter().position(|object| Some(object.0) == number).unwrap();
        self.change(place, change);
        self.bytes()
    }

    fn change(&mut self, place: usize, change: impl FnOnce(&mut Vec<u8>)) {
        use std::io::Read as _;

        let object = &mut self.objects[place].1;
        let begins = find(object, b"stream\n", 0).unwrap() + 7;
        let ends = object.windows(10).rposition(|word| word == b"\nendstream").unwrap();
        let mut bytes = Vec::new();
        flate2::read::ZlibDecoder::new(&object[begins..ends]).read_to_end(&mut bytes).unwrap();
        change(&mut bytes);
        let mut packed = Vec::new();
        let level = flate2::Compression::new(6);
        flate2::read::ZlibEncoder::new(bytes.as_slice(), level).read_to_end(&mut packed).unwrap();

        object.splice(begins..ends, packed.iter().copied());
        set_length(object, begins, packed.len());
    }
}

/// Writes a new length into the dictionary of a stream that begins there.
fn set_length(object: &mut Vec<u8>, begins: usize, length: usize) {
    let at = find(&object[..begins], b"/Length ", 0).unwrap() + 8;
    let digits = object[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    object.splice(at..at + digits, length.to_string().into_bytes());
}
