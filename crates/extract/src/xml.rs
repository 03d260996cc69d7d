//! XML as the formats of offices have it: elements by their names without prefix.
//!
//! Entities that the file defines itself are not replaced, so that they cannot grow; no format of ours needs them.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use sessiond_documents::Unreadable;
use sessiond_documents::read::{limits, too_deep};

use crate::{child, decode};

/// What is in an XML file, in its order.
pub enum Node<'a> {
    /// An element begins.
    Start(Element<'a>),
    /// The element of this name ends.
    End(&'a str),
    /// Text.
    Text(Cow<'a, str>),
}

/// An element that begins.
pub struct Element<'a>(&'a BytesStart<'a>);

impl Element<'_> {
    /// Its name without the prefix.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// Its name with the prefix.
    pub fn full_name(&self) -> &str {
        self.0.name().into_inner()
    }

    /// An attribute, by its name without the prefix.
    pub fn get(&self, name: &str) -> Option<String> {
        let found = self
            .0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().into_inner() == name)?;
        Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
    }

    /// An attribute that is a number.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// An attribute, by its whole name, where names without prefix are not unique.
    pub fn get_exactly(&self, name: &str) -> Option<String> {
        let found = self
            .0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.as_ref() == name)?;
        Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
    }
}

/// The text of an XML file.
///
/// # Errors
///
/// When it is no text.
pub fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    decode::text(bytes).map(|decoded| decoded.text).ok_or_else(child::damaged)
}

/// Visits what is in an XML file.
///
/// # Errors
///
/// Those of the visitor, and when the file is not well-formed or too deep.
pub fn visit(
    xml: &str,
    mut visitor: impl FnMut(Node<'_>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut depth = 0usize;
    loop {
        match reader.read_event().map_err(|_| child::damaged())? {
            Event::Start(start) => {
                depth += 1;
                if depth > limits::DEPTH {
                    return Err(too_deep());
                }
                visitor(Node::Start(Element(&start)))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                visitor(Node::End(end.local_name().into_inner()))?;
            }
            Event::Text(text) => visitor(Node::Text(text.xml10_content()))?,
            Event::CData(text) => visitor(Node::Text(text.xml10_content()))?,
            Event::GeneralRef(reference) => {
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    visitor(Node::Text(character.to_string().into()))?;
                } else if let Some(text) = resolve_predefined_entity(&reference.xml10_content()) {
                    visitor(Node::Text(text.into()))?;
                }
            }
            Event::Eof if depth > 0 => return Err(child::damaged()),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessiond_documents::Reason;

    fn texts(xml: &str) -> Result<String, Unreadable> {
        let mut texts = String::new();
        visit(xml, |node| {
            if let Node::Text(text) = node {
                texts.push_str(&text);
            }
            Ok(())
        })?;
        Ok(texts)
    }

    #[test]
    fn entities_of_the_file_itself_are_not_replaced() {
        let bomb =
            r#"<!DOCTYPE a [<!ENTITY b "xxxx"><!ENTITY c "&b;&b;">]><a>1 &lt; &#50; &c;<![CDATA[&]]></a>"#;
        assert_eq!(texts(bomb).unwrap(), "1 < 2 &");
    }

    #[test]
    fn what_is_not_whole_or_too_deep_is_refused() {
        assert_eq!(texts("<a><b>").unwrap_err().reason, Reason::Damaged);
        assert_eq!(texts("<a></b>").unwrap_err().reason, Reason::Damaged);
        let deep = "<a>".repeat(100_000);
        assert_eq!(texts(&deep).unwrap_err(), too_deep());
    }
}
