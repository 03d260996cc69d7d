//! The marks of lists in `.docx`: `3.2`, `(a)`, or a dash for every bullet.

use std::collections::HashMap;

use sessiond_documents::Unreadable;

use crate::xml::{self, Node};

/// Levels that a list can have.
const LEVELS: usize = 9;

/// The lists of a document.
#[derive(Debug, Default)]
pub struct Numbering {
    /// Which definition a list has.
    lists: HashMap<String, String>,
    definitions: HashMap<String, Vec<Level>>,
}

#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    /// Such as `%1.%2.`, where `%1` is the number of the first level.
    text: String,
    start: u32,
}

/// How far the lists have come, by their definitions.
#[derive(Debug, Default)]
pub struct Counters(HashMap<String, [Option<u32>; LEVELS]>);

impl Numbering {
    /// The lists of a part `numbering.xml`.
    ///
    /// # Errors
    ///
    /// When it is damaged.
    pub fn read(xml: &str) -> Result<Self, Unreadable> {
        let mut numbering = Self::default();
        let mut definition: Option<String> = None;
        let mut list: Option<String> = None;
        let mut level = 0usize;
        xml::visit(xml, |node| {
            let Node::Start(element) = node else { return Ok(()) };
            match element.name() {
                "abstractNum" => {
                    list = None;
                    definition = element.get("abstractNumId");
                    if let Some(id) = &definition {
                        numbering
                            .definitions
                            .insert(id.clone(), vec![Level { start: 1, ..Level::default() }; LEVELS]);
                    }
                }
                "num" => (list, definition) = (element.get("numId"), None),
                "abstractNumId" => numbering.lists.extend(list.take().zip(element.get("val"))),
                "lvl" => level = element.number("ilvl").unwrap_or(0),
                "start" | "numFmt" | "lvlText" => {
                    let value = element.get("val").unwrap_or_default();
                    let levels = definition.as_ref().and_then(|id| numbering.definitions.get_mut(id));
                    if let Some(level) = levels.and_then(|levels| levels.get_mut(level)) {
                        match element.name() {
                            "start" => level.start = value.parse().unwrap_or(1),
                            "numFmt" => level.format = value,
                            _ => level.text = value,
                        }
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(numbering)
    }

    /// The mark of the next item of a list at a level; none if it is in no list.
    pub fn mark(&self, counters: &mut Counters, list: &str, level: u8) -> Option<String> {
        let definition = self.lists.get(list)?;
        let levels = self.definitions.get(definition)?;
        let index = usize::from(level).min(LEVELS - 1);
        let here = levels.get(index)?;
        match here.format.as_str() {
            "bullet" => return Some("-".to_owned()),
            "none" => return None,
            _ => {}
        }
        let numbers = counters.0.entry(definition.clone()).or_default();
        numbers[index] = Some(numbers[index].map_or(here.start, |number| number.saturating_add(1)));
        numbers[index + 1..].fill(None);
        let mut mark = here.text.clone();
        for (other, level) in levels.iter().enumerate().take(index + 1) {
            let number = numbers[other].unwrap_or(level.start);
            mark = mark.replace(&format!("%{}", other + 1), &formatted(number, &level.format));
        }
        let mark = mark.trim().to_owned();
        (!mark.is_empty()).then_some(mark)
    }
}

fn formatted(number: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(number),
        "upperLetter" => letters(number).to_uppercase(),
        "lowerRoman" => roman(number),
        "upperRoman" => roman(number).to_uppercase(),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

/// a … z, aa, bb …, as word processors count.
fn letters(number: u32) -> String {
    let Some(index) = number.checked_sub(1) else { return number.to_string() };
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    letter.to_string().repeat((index / 26 + 1).min(8) as usize)
}

fn roman(number: u32) -> String {
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let steps = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let (mut left, mut text) = (number, String::new());
    for (value, letters) in steps {
        while left >= value {
            left -= value;
            text.push_str(letters);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_count_as_word_processors_do() {
        let xml = r#"<n><abstractNum abstractNumId="1">
            <lvl ilvl="0"><start val="3"/><numFmt val="decimal"/><lvlText val="%1."/></lvl>
            <lvl ilvl="1"><numFmt val="lowerLetter"/><lvlText val="%1.%2)"/></lvl>
            <lvl ilvl="2"><numFmt val="bullet"/><lvlText val="o"/></lvl></abstractNum>
            <num numId="7"><abstractNumId val="1"/></num></n>"#;
        let numbering = Numbering::read(xml).unwrap();
        let mut counters = Counters::default();
        let mut mark = |level| numbering.mark(&mut counters, "7", level).unwrap();
        assert_eq!(
            [mark(0), mark(1), mark(1), mark(2), mark(0), mark(1)],
            ["3.", "3.a)", "3.b)", "-", "4.", "4.a)"]
        );
        assert_eq!(numbering.mark(&mut counters, "0", 0), None);
        assert_eq!([roman(1994), letters(27), formatted(4, "upperRoman")], ["mcmxciv", "aa", "IV"]);
    }
}
