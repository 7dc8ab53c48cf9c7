//! The tags of an XML text, for the few facts that calamine does not tell: what is hidden, what is
//! merged, which cells say nothing about their kind. Nothing is decoded here but attribute names.

use memchr::{memchr, memmem};

/// A tag: its name and its attributes' names come without namespace prefix.
#[derive(Clone, Copy)]
pub(super) struct Tag<'x> {
    pub(super) name: &'x [u8],
    /// What is between the tag before and this one, as written.
    pub(super) text: &'x [u8],
    attributes: &'x [u8],
    /// `</name>`
    pub(super) closes: bool,
    /// `<name/>`
    pub(super) is_empty: bool,
}

impl<'x> Tag<'x> {
    /// The raw value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&'x [u8]> {
        let mut rest = self.attributes;
        loop {
            let equals = memchr(b'=', rest)?;
            let key = local(rest[..equals].trim_ascii());
            rest = rest[equals + 1..].trim_ascii_start();
            let quote = *rest.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
            let end = memchr(quote, &rest[1..])?;
            if key == name.as_bytes() {
                return Some(&rest[1..=end]);
            }
            rest = &rest[end + 2..];
        }
    }

    /// An attribute that counts something; `None` when it is absent or no number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        std::str::from_utf8(self.get(name)?).ok()?.parse().ok()
    }

    /// Whether an attribute says yes.
    pub(super) fn is_set(&self, name: &str) -> bool {
        matches!(self.get(name), Some(b"1" | b"true"))
    }
}

fn local(name: &[u8]) -> &[u8] {
    memchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

/// Every tag, in order.
pub(super) struct Tags<'x> {
    xml: &'x [u8],
}

impl<'x> Tags<'x> {
    pub(super) const fn of(xml: &'x [u8]) -> Self {
        Self { xml }
    }

    /// Skips a comment, a section of literal text or a processing instruction at the beginning.
    fn skip(&mut self) -> bool {
        let ends: [(&[u8], &[u8]); 4] =
            [(b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>"), (b"<!", b">")];
        let Some((_, end)) = ends.iter().find(|(start, _)| self.xml.starts_with(start)) else {
            return false;
        };
        self.xml = memmem::find(self.xml, end).map_or(&[], |place| &self.xml[place + end.len()..]);
        true
    }
}

impl<'x> Iterator for Tags<'x> {
    type Item = Tag<'x>;

    fn next(&mut self) -> Option<Tag<'x>> {
        let mut text: &[u8] = b"";
        loop {
            let place = memchr(b'<', self.xml)?;
            if place > 0 {
                text = &self.xml[..place];
            }
            self.xml = &self.xml[place..];
            if !self.skip() {
                break;
            }
        }

        let end = end_of_tag(self.xml)?;
        let inner = &self.xml[1..end];
        self.xml = &self.xml[end + 1..];

        let closes = inner.first() == Some(&b'/');
        let is_empty = inner.last() == Some(&b'/');
        let inner = inner.strip_prefix(b"/").unwrap_or(inner);
        let inner = inner.strip_suffix(b"/").unwrap_or(inner);
        let split = inner.iter().position(u8::is_ascii_whitespace).unwrap_or(inner.len());

        Some(Tag {
            name: local(&inner[..split]),
            text,
            attributes: &inner[split..],
            closes,
            is_empty,
        })
    }
}

/// The place of the `>` that ends the tag; one inside quotes does not.
fn end_of_tag(xml: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (place, byte) in xml.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(place),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }

    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_with_their_attributes_and_without_prefixes() {
        let xml = br#"<?xml version="1.0"?><!-- <no/> --><x:row r="2" x:hidden = 'true'><c f="a>b"/><![CDATA[<no/>]]></x:row>"#;
        let tags: Vec<Tag<'_>> = Tags::of(xml).collect();
        let names: Vec<&[u8]> = tags.iter().map(|tag| tag.name).collect();
        assert_eq!(names, [b"row".as_slice(), b"c", b"row"]);
        assert!(tags[0].is_set("hidden") && !tags[0].is_empty && !tags[0].closes);
        assert_eq!((tags[0].number("r"), tags[0].number("none")), (Some(2), None));
        assert_eq!(tags[1].get("f"), Some(b"a>b".as_slice()));
        assert!(tags[1].is_empty && tags[2].closes);

        let texts: Vec<&[u8]> = Tags::of(b"<p>a<!-- --> </p><p/>").map(|tag| tag.text).collect();
        assert_eq!(texts, [b"".as_slice(), b" ", b""]);
    }

    #[test]
    fn what_is_cut_or_no_markup_has_no_tags() {
        for xml in ["", "a < b", "<row r=\"1", "<!-- never closed", "\u{fffd}"] {
            assert_eq!(Tags::of(xml.as_bytes()).count(), 0, "{xml}");
        }
        let broken = Tags::of(b"<c r=1 s>").next().unwrap();
        assert_eq!(broken.get("r"), None);
    }
}
