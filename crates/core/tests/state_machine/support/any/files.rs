//! Any file of a session.

use proptest::prelude::*;
use proptest::sample::Index;
use sessiond_core::*;

use super::Fixture;

#[derive(Debug, Clone)]
pub enum AnyFiles {
    Add { number: u8, name: u8 },
    Remove(Index),
}

pub fn any_files() -> impl Strategy<Value = AnyFiles> {
    prop_oneof![
        3 => (any::<u8>(), 0u8..4).prop_map(|(number, name)| AnyFiles::Add { number, name }),
        1 => any::<Index>().prop_map(AnyFiles::Remove),
    ]
}

/// A file of that number.
pub fn file(number: u8, name: &str) -> FileAdded {
    FileAdded {
        file_id: FileId::parse(format!("file_{number:032x}")).unwrap(),
        name: name.into(),
        media_type: "text/plain".into(),
        bytes: 10 + u64::from(number),
        sha256: "0".repeat(64),
        characters: 10,
        passages: 1,
        notes: vec![],
    }
}

impl AnyFiles {
    pub fn build(self, fixture: &Fixture) -> Command {
        let command = match self {
            AnyFiles::Add { number, name } => {
                let mut number = number;
                // Ids are never used again.
                while fixture.events.iter().any(|event| match &event.body {
                    EventBody::FileAdded(added) => added.file_id == file(number, "").file_id,
                    _ => false,
                }) {
                    number = number.wrapping_add(1);
                }
                let name = ["a.txt", "b.pdf", "Übersicht.md", " "][usize::from(name)];
                files::Command::Add(Box::new(file(number, name)))
            }
            AnyFiles::Remove(index) => {
                let all: Vec<_> = fixture.session.files.all.keys().cloned().collect();
                let unknown = file(255, "").file_id;
                files::Command::Remove {
                    file: if all.is_empty() { unknown } else { index.get(&all).clone() },
                }
            }
        };
        Command::Files(command)
    }
}
