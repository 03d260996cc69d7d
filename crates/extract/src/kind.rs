//! What kind of file it is: by its content. The name only says what kind of text a text is.

use sessiond_documents::{Reason, Unreadable};

use crate::{READABLE, decode, markdown, table};

/// What kind of file it is.
pub enum Kind {
    /// Text.
    Text(Text),
}

/// Decoded text.
pub struct Text {
    /// What kind of text it is.
    pub kind: TextKind,
    /// The characters.
    pub content: String,
    /// What to say about the encoding.
    pub note: Option<String>,
}

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Markdown.
    Markdown,
    /// Separated values, with the delimiter that the name says.
    Table(Option<u8>),
    /// Source code, logs, configurations.
    Code,
    /// Paragraphs.
    Prose,
}

impl Kind {
    /// The media type of the file.
    pub fn media_type(&self) -> &'static str {
        match self {
            Self::Text(text) => match text.kind {
                TextKind::Markdown => "text/markdown",
                TextKind::Table(_) => "text/csv",
                TextKind::Code | TextKind::Prose => "text/plain",
            },
        }
    }
}

/// What kind of file it is.
///
/// # Errors
///
/// [`Reason::Unsupported`] for a kind that is not read.
pub fn of(bytes: &[u8], name: &str) -> Result<Kind, Unreadable> {
    if let Some(found) = FOREIGN.iter().find(|foreign| foreign.is_sure() && foreign.begins(bytes)) {
        return Err(found.refusal());
    }
    let Some(decoded) = decode::text(bytes) else {
        return Err(match FOREIGN.iter().find(|foreign| foreign.begins(bytes)) {
            Some(found) => found.refusal(),
            None => Unreadable::new(
                Reason::Unsupported,
                format!("it is no text, and of no kind that is known; {READABLE}"),
            ),
        });
    };
    let kind = of_text(&decoded.text, name);
    Ok(Kind::Text(Text { kind, content: decoded.text, note: decoded.note }))
}

/// What kind of text it is.
fn of_text(text: &str, name: &str) -> TextKind {
    if let Some(kind) = named(name) {
        return kind;
    }
    let start = text.trim_start();
    if start.starts_with("<?xml") || start.starts_with("#!") || is_json(start) {
        TextKind::Code
    } else if table::is_likely(text) {
        TextKind::Table(None)
    } else if markdown::is_likely(text) {
        TextKind::Markdown
    } else {
        TextKind::Prose
    }
}

fn is_json(start: &str) -> bool {
    start.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok()
}

/// What the name says about a text; nothing if its ending is that of no text.
fn named(name: &str) -> Option<TextKind> {
    let file =
        name.rsplit(['/', '\\']).next().unwrap_or(name).trim_end_matches(['.', ' ']).to_ascii_lowercase();
    if CODE_NAMES.contains(&file.as_str()) {
        return Some(TextKind::Code);
    }
    let (_, ending) = file.rsplit_once('.')?;
    match ending {
        "md" | "markdown" | "mdown" | "mkd" | "mdx" | "qmd" | "rmd" => Some(TextKind::Markdown),
        "csv" => Some(TextKind::Table(None)),
        "tsv" | "tab" => Some(TextKind::Table(Some(b'\t'))),
        "psv" => Some(TextKind::Table(Some(b'|'))),
        "txt" | "text" | "rst" | "adoc" | "org" | "tex" | "srt" | "vtt" | "eml" => Some(TextKind::Prose),
        ending if CODE_ENDINGS.contains(&ending) => Some(TextKind::Code),
        _ => None,
    }
}

/// The endings of source code, logs and configurations.
#[rustfmt::skip]
const CODE_ENDINGS: &[&str] = &[
    "ada", "asm", "awk", "bash", "bat", "bib", "bzl", "c", "cc", "cfg", "clj", "cmake", "cmd", "coffee", "conf", "cpp", "cs",
    "css", "cu", "cxx", "d", "dart", "diff", "dockerfile", "el", "elm", "env", "erl", "ex", "exs", "f90", "fish", "fs", "go",
    "gql", "gradle", "graphql", "groovy", "h", "hcl", "hh", "hpp", "hs", "ini", "ipynb", "java", "jl", "js", "json", "json5",
    "jsonc", "jsonl", "jsx", "kt", "kts", "less", "lisp", "lock", "log", "lua", "m", "make", "mjs", "ml", "mli", "mm", "mod",
    "nim", "ndjson", "nix", "pas", "patch", "php", "pl", "pm", "properties", "proto", "ps1", "pug", "py", "pyi", "r", "rb",
    "rkt", "rs", "s", "sass", "scala", "scm", "scss", "sh", "sol", "sql", "sum", "svelte", "svg", "swift", "tcl", "tf",
    "thrift", "toml", "ts", "tsx", "v", "vb", "vhd", "vim", "vue", "wat", "xml", "xsd", "xsl", "xslt", "yaml", "yml", "zig",
    "zsh",
];

/// Names of source code that have no ending.
const CODE_NAMES: &[&str] = &[
    "dockerfile",
    "makefile",
    "gnumakefile",
    "cmakelists.txt",
    "jenkinsfile",
    "vagrantfile",
    "gemfile",
    "rakefile",
    "procfile",
    "justfile",
    ".gitignore",
    ".gitattributes",
    ".editorconfig",
    ".env",
    ".bashrc",
    ".zshrc",
    ".profile",
];

/// A kind of file that is not read.
struct Foreign {
    offset: usize,
    beginning: &'static [u8],
    name: &'static str,
    advice: &'static str,
}

impl Foreign {
    fn begins(&self, bytes: &[u8]) -> bool {
        bytes.get(self.offset..).is_some_and(|bytes| bytes.starts_with(self.beginning))
    }

    /// Whether no text begins so.
    fn is_sure(&self) -> bool {
        self.beginning.iter().any(|byte| !byte.is_ascii() || byte.is_ascii_control())
            || self.beginning.len() > 4
    }

    fn refusal(&self) -> Unreadable {
        Unreadable::new(Reason::Unsupported, format!("it is {}; {READABLE}. {}", self.name, self.advice))
    }
}

const PICTURE: &str = "Convert it to text with an OCR program first.";
const SOUND: &str = "Upload a transcript instead.";
const ARCHIVE: &str = "Unpack it, and upload the files in it.";
const PROGRAM: &str = "Upload its source code or its documentation instead.";
const DATA: &str = "Export it as csv or text first.";
const SAVE_AS: &str = "Save it as docx, pdf or plain text first.";

macro_rules! foreign {
    ($($offset:literal $beginning:literal $name:literal $advice:ident;)*) => {
        &[$(Foreign { offset: $offset, beginning: $beginning, name: $name, advice: $advice }),*]
    };
}

/// Kinds that are not read, by their first bytes.
const FOREIGN: &[Foreign] = foreign! {
    0 b"\x89PNG\r\n\x1a\n" "a PNG picture" PICTURE;
    0 b"\xff\xd8\xff" "a JPEG picture" PICTURE;
    0 b"GIF87a" "a GIF picture" PICTURE;
    0 b"GIF89a" "a GIF picture" PICTURE;
    8 b"WEBP" "a WebP picture" PICTURE;
    0 b"BM" "a BMP picture" PICTURE;
    0 b"II*\0" "a TIFF picture" PICTURE;
    0 b"MM\0*" "a TIFF picture" PICTURE;
    4 b"ftyphei" "a HEIC picture" PICTURE;
    4 b"ftypmif" "a HEIC picture" PICTURE;
    4 b"ftypavif" "an AVIF picture" PICTURE;
    0 b"\0\0\x01\0" "an icon" PICTURE;
    0 b"8BPS" "a Photoshop picture" PICTURE;
    0 b"AT&TFORM" "a DjVu document" PICTURE;
    4 b"ftyp" "a video" SOUND;
    0 b"\x1aE\xdf\xa3" "a video" SOUND;
    8 b"AVI " "a video" SOUND;
    8 b"WAVE" "a sound file" SOUND;
    0 b"ID3" "a sound file" SOUND;
    0 b"\xff\xfb" "a sound file" SOUND;
    0 b"\xff\xf3" "a sound file" SOUND;
    0 b"OggS" "a sound file" SOUND;
    0 b"fLaC" "a sound file" SOUND;
    0 b"\x1f\x8b" "an archive (gzip)" ARCHIVE;
    0 b"BZh" "an archive (bzip2)" ARCHIVE;
    0 b"\xfd7zXZ\0" "an archive (xz)" ARCHIVE;
    0 b"\x28\xb5\x2f\xfd" "an archive (zstd)" ARCHIVE;
    0 b"7z\xbc\xaf\x27\x1c" "an archive (7z)" ARCHIVE;
    0 b"Rar!\x1a\x07" "an archive (rar)" ARCHIVE;
    257 b"ustar" "an archive (tar)" ARCHIVE;
    0 b"\x7fELF" "a program" PROGRAM;
    0 b"MZ" "a program" PROGRAM;
    0 b"\xcf\xfa\xed\xfe" "a program" PROGRAM;
    0 b"\xca\xfe\xba\xbe" "a program" PROGRAM;
    0 b"\0asm" "a program" PROGRAM;
    0 b"SQLite format 3\0" "a database (SQLite)" DATA;
    0 b"PAR1" "a table (Parquet)" DATA;
    0 b"\x93NUMPY" "an array (NumPy)" DATA;
    0 b"\x89HDF\r\n\x1a\n" "a data file (HDF5)" DATA;
    0 b"GGUF" "a language model" DATA;
    0 b"wOFF" "a font" PROGRAM;
    0 b"wOF2" "a font" PROGRAM;
    0 b"{\\rtf" "an RTF document" SAVE_AS;
    0 b"%!PS-Adobe" "a PostScript document" SAVE_AS;
    60 b"BOOKMOBI" "an e-book (Mobipocket)" SAVE_AS;
};

#[cfg(test)]
mod tests {
    use super::*;

    fn text_kind(text: &str, name: &str) -> TextKind {
        match of(text.as_bytes(), name).unwrap() {
            Kind::Text(text) => text.kind,
        }
    }

    #[test]
    fn the_name_says_what_kind_of_text_a_text_is() {
        let cases = [
            ("Übersicht (1).MD", TextKind::Markdown),
            ("数据.csv", TextKind::Table(None)),
            ("a\"b.txt", TextKind::Prose),
            ("CON", TextKind::Prose),
            ("..%2f..", TextKind::Prose),
            ("main.rs.", TextKind::Code),
            ("x\ny.py", TextKind::Code),
            ("dir/Makefile", TextKind::Code),
            ("drawing.svg", TextKind::Code),
        ];
        for (name, kind) in cases {
            assert_eq!(text_kind("some words", name), kind, "{name}");
        }
    }

    #[test]
    fn without_a_telling_name_the_text_says_it() {
        for name in ["", "report.pdf", "photo.png", "table.xlsx"] {
            assert_eq!(text_kind("a;b\n1;2\n3;4\n", name), TextKind::Table(None));
            assert_eq!(text_kind("{\"a\": [1]}", name), TextKind::Code);
            assert_eq!(text_kind("# A\n\nb", name), TextKind::Markdown);
            assert_eq!(text_kind("BM is a company.", name), TextKind::Prose);
        }
    }

    #[test]
    fn what_is_no_document_is_refused_by_its_name() {
        let cases: [(&[u8], &str); 6] = [
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
            (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", "a program"),
            (b"\x1f\x8b\x08\0abc", "an archive"),
            (b"ID3\x04\0\0\0\0\0\0\0\0\0\0", "a sound file"),
            (b"{\\rtf1\\ansi Hello}", "an RTF document"),
        ];
        for (bytes, name) in cases {
            let refused = of(bytes, "notes.txt").err().unwrap();
            assert_eq!(refused.reason, Reason::Unsupported);
            assert!(refused.detail.contains(name), "{}", refused.detail);
        }
    }
}
