//! From bytes to text in the configured encoding. Nothing is guessed and nothing replaced.

use std::borrow::Cow;

use camino::Utf8Path;

use crate::config::TextEncoding;

use super::error::{FilePlace, ReadError};

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Bytes that Windows-1252 leaves undefined; decoders turn them into control characters.
const UNDEFINED: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

/// The file's text, without byte order mark.
pub(super) fn decode<'b>(
    bytes: &'b [u8],
    encoding: TextEncoding,
    file: &Utf8Path,
) -> Result<Cow<'b, str>, ReadError> {
    refuse_wide(bytes, encoding, file)?;
    match encoding {
        TextEncoding::Utf8 => utf8(bytes, file).map(Cow::Borrowed),
        TextEncoding::Windows1252 => windows_1252(bytes, file).map(Cow::Owned),
    }
}

/// Where the text begins in its file: behind a byte order mark.
pub(super) fn first_byte(bytes: &[u8], encoding: TextEncoding) -> usize {
    let marked = encoding == TextEncoding::Utf8 && bytes.starts_with(BOM);
    if marked { BOM.len() } else { 0 }
}

/// How many bytes of a file a decoded text was.
pub(super) fn bytes_of(text: &str, encoding: TextEncoding) -> usize {
    match encoding {
        TextEncoding::Utf8 => text.len(),
        TextEncoding::Windows1252 => text.chars().count(),
    }
}

/// Refuses UTF-16 and UTF-32: their zero bytes would look like the padding of a lost end.
pub(super) fn refuse_wide(
    bytes: &[u8],
    encoding: TextEncoding,
    file: &Utf8Path,
) -> Result<(), ReadError> {
    wide_encoding(bytes).map_or(Ok(()), |other| {
        Err(ReadError::OtherEncoding {
            file: file.to_owned(),
            encoding: other,
            expected: name(encoding),
        })
    })
}

const fn name(encoding: TextEncoding) -> &'static str {
    match encoding {
        TextEncoding::Utf8 => "UTF-8",
        TextEncoding::Windows1252 => "Windows-1252",
    }
}

/// UTF-16 and UTF-32, by byte order mark or by the zero bytes between the letters of the header.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [0, letter, 0, ..] | [letter, 0, _, 0, ..] if letter.is_ascii_alphabetic() => {
            Some("UTF-16")
        }
        _ => None,
    }
}

fn utf8<'b>(bytes: &'b [u8], file: &Utf8Path) -> Result<&'b str, ReadError> {
    let content = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let skipped = bytes.len() - content.len();
    std::str::from_utf8(content).map_err(|error| {
        if error.error_len().is_none() {
            // A valid beginning of a character and then nothing more.
            return ReadError::Truncated { file: file.to_owned(), place: FilePlace::End };
        }
        at(bytes, skipped + error.valid_up_to(), TextEncoding::Utf8, file)
    })
}

fn windows_1252(bytes: &[u8], file: &Utf8Path) -> Result<String, ReadError> {
    if bytes.starts_with(BOM) {
        let expected = name(TextEncoding::Windows1252);
        return Err(ReadError::OtherEncoding {
            file: file.to_owned(),
            encoding: "UTF-8",
            expected,
        });
    }

    if let Some(offset) = bytes.iter().position(|byte| UNDEFINED.contains(byte)) {
        return Err(at(bytes, offset, TextEncoding::Windows1252, file));
    }

    Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
}

fn at(bytes: &[u8], offset: usize, encoding: TextEncoding, file: &Utf8Path) -> ReadError {
    let line = memchr::memchr_iter(b'\n', &bytes[..offset]).count() + 1;
    ReadError::Encoding { file: file.to_owned(), encoding: name(encoding), offset, line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Explain as _;

    fn read(bytes: &[u8], encoding: TextEncoding) -> Result<String, ReadError> {
        decode(bytes, encoding, Utf8Path::new("exposures.csv")).map(Cow::into_owned)
    }

    #[test]
    fn one_byte_order_mark_is_taken_off_and_a_second_one_stays_to_be_noticed() {
        assert_eq!(read(b"\xEF\xBB\xBFa", TextEncoding::Utf8).unwrap(), "a");
        assert_eq!(read(b"\xEF\xBB\xBF\xEF\xBB\xBFa", TextEncoding::Utf8).unwrap(), "\u{feff}a");
        assert_eq!(read(b"\xEF\xBB\xBF", TextEncoding::Utf8).unwrap(), "");
    }

    #[test]
    fn wide_encodings_are_named() {
        for (bytes, name) in [
            (b"\xFF\xFEr\0e\0".as_slice(), "UTF-16"),
            (b"\xFE\xFF\0r\0e", "UTF-16"),
            (b"r\0e\0c\0", "UTF-16"),
            (b"\0r\0e\0c", "UTF-16"),
            (b"\xFF\xFE\0\0r\0\0\0", "UTF-32"),
        ] {
            let error = read(bytes, TextEncoding::Utf8).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`exposures.csv` is encoded in {name}, not in UTF-8")
            );
        }
    }

    #[test]
    fn windows_1252_bytes_in_utf_8_are_an_error_with_their_place() {
        let error = read(b"a\nRen\xE9e\n", TextEncoding::Utf8).unwrap_err();
        assert_eq!(error.to_string(), "`exposures.csv` is not valid UTF-8 at byte 5 (line 2)");
        assert!(error.hint().unwrap().contains("windows-1252"));
    }

    #[test]
    fn a_file_cut_inside_a_character_is_cut() {
        assert!(matches!(read(b"Ren\xC3", TextEncoding::Utf8), Err(ReadError::Truncated { .. })));
    }

    #[test]
    fn windows_1252_is_decoded_and_its_undefined_bytes_refused() {
        assert_eq!(read(b"Ren\xE9e \x80 \x9A", TextEncoding::Windows1252).unwrap(), "Renée € š");

        for byte in UNDEFINED {
            let error = read(&[b'a', b'\n', byte], TextEncoding::Windows1252).unwrap_err();
            assert_eq!(
                error.to_string(),
                "`exposures.csv` is not valid Windows-1252 at byte 2 (line 2)"
            );
        }

        assert!(matches!(
            read(b"\xEF\xBB\xBFa", TextEncoding::Windows1252),
            Err(ReadError::OtherEncoding { .. })
        ));
    }
}
