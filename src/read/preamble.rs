//! What spreadsheet programs and old systems put around the rows of a CSV file: a line that names
//! the delimiter, lines above the header, signs behind the last row. All of it is told in the
//! report.

use memchr::memchr2;

/// What is at the end of the file behind the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    None,
    /// Ctrl-Z, the sign by which old systems end a file, or zero bytes that fill it up.
    Padding,
    /// Zero bytes behind a row that has no end: a file system writes them where it has lost
    /// something.
    Lost,
}

/// Takes the padding off the end.
pub(super) fn without_tail(bytes: &[u8]) -> (&[u8], Tail) {
    let is_padding = |byte: &u8| matches!(byte, 0 | 0x1A);
    let is_tail = |byte: &u8| is_padding(byte) || matches!(byte, b'\r' | b'\n');
    let end = bytes.iter().rposition(|byte| !is_tail(byte)).map_or(0, |last| last + 1);
    let Some(first) = bytes[end..].iter().position(is_padding) else { return (bytes, Tail::None) };
    let content = &bytes[..end + first];
    let lost = bytes[end + first..].contains(&0)
        && matches!(content.last(), Some(byte) if !matches!(byte, b'\r' | b'\n'));
    (content, if lost { Tail::Lost } else { Tail::Padding })
}

/// The delimiter that the first line names (`sep=;`), and where the next line begins.
pub(super) fn separator(text: &str) -> Option<(char, usize)> {
    let next = next_line(text, 0);
    let line = text[..next]
        .trim_matches(|sign: char| sign == '"' || sign == '\r' || sign == '\n' || sign == ' ');
    let (word, sign) = line.split_at_checked(4)?;
    let mut signs = sign.chars();
    let delimiter = signs.next()?;
    // Behind it there may be delimiters for the other columns.
    let alone = signs.all(|sign| sign == delimiter || sign == ',');
    (word.eq_ignore_ascii_case("sep=") && alone).then_some((delimiter, next))
}

/// Where the text goes on behind so many lines.
pub(super) fn skip(text: &str, start: usize, lines: usize) -> usize {
    (0..lines).fold(start, |at, _| next_line(text, at))
}

fn next_line(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let Some(end) = memchr2(b'\n', b'\r', &bytes[start..]).map(|offset| start + offset) else {
        return bytes.len();
    };
    end + 1 + usize::from(bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_behind_the_last_row_is_taken_off_and_lost_bytes_are_not_taken_for_it() {
        for (bytes, content, tail) in [
            (b"a,b\r\n\x1a".as_slice(), b"a,b\r\n".as_slice(), Tail::Padding),
            (b"a,b\n\x1a\x1a\r\n", b"a,b\n", Tail::Padding),
            (b"a,b\x1a", b"a,b", Tail::Padding),
            (b"a,b\n\0\0\0", b"a,b\n", Tail::Padding),
            (b"a,b\0\0", b"a,b", Tail::Lost),
            (b"a,b\n", b"a,b\n", Tail::None),
            (b"a\x1ab\n", b"a\x1ab\n", Tail::None),
            (b"\0\0", b"", Tail::Padding),
            (b"", b"", Tail::None),
        ] {
            assert_eq!(without_tail(bytes), (content, tail), "{bytes:?}");
        }
    }

    #[test]
    fn a_line_that_names_the_delimiter_is_known_in_every_form() {
        for (text, found) in [
            ("sep=;\r\na;b", Some((';', 7))),
            ("SEP=,\na,b", Some((',', 6))),
            ("\"sep=;\"\na", Some((';', 8))),
            ("sep=\t\na", Some(('\t', 6))),
            ("sep=;,,,\na", Some((';', 9))),
            ("sep=|", Some(('|', 5))),
            ("sep=\na", None),
            ("separator;b\n", None),
            ("a,sep=;\n", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(separator(text), found, "{text:?}");
        }
    }

    #[test]
    fn lines_are_skipped_whatever_their_ends() {
        assert_eq!(skip("a\r\nb\rc\nd", 0, 3), 7);
        assert_eq!(skip("a\n\nb", 0, 2), 3);
        assert_eq!(skip("a", 0, 5), 1);
        assert_eq!(skip("x\na\nb", 2, 0), 2);
    }
}
