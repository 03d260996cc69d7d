//! What kind of file it is: by its content. The name only says what kind of text a text is.

use sessiond_documents::{Reason, Unreadable};

use undoc::FormatType;

use crate::open_document::Format;
use crate::package::Package;
use crate::xml::{self, Node};
use crate::{READABLE, child, decode, html, legacy, markdown, pdf, table};

/// What kind of file it is.
pub enum Kind<'a> {
    /// A `.pdf`.
    Pdf,
    /// A `.docx`, and the name of its main part.
    Word(Package<'a>, String),
    /// A `.pptx`, and the name of its main part.
    Slides(Package<'a>, String),
    /// A `.xlsx` or `.xlsb`, and the name of its main part.
    Workbook(Package<'a>, String),
    /// An `.odt`, `.odp` or `.ods`.
    OpenDocument(Package<'a>, Format),
    /// A `.doc`.
    OldDocument,
    /// A `.ppt`.
    OldSlides,
    /// An `.xls`.
    OldWorkbook,
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
    /// A web page.
    Html,
    /// Markdown.
    Markdown,
    /// Separated values, with the delimiter that the name says.
    Table(Option<u8>),
    /// Source code, logs, configurations.
    Code,
    /// Paragraphs.
    Prose,
}

impl Kind<'_> {
    /// The media type of the file.
    pub fn media_type(&self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Word(..) => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Slides(..) => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Workbook(_, main) if main.ends_with(".bin") => {
                "application/vnd.ms-excel.sheet.binary.macroenabled.12"
            }
            Self::Workbook(..) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::OpenDocument(_, Format::Text) => "application/vnd.oasis.opendocument.text",
            Self::OpenDocument(_, Format::Presentation) => "application/vnd.oasis.opendocument.presentation",
            Self::OpenDocument(_, Format::Spreadsheet) => "application/vnd.oasis.opendocument.spreadsheet",
            Self::OldDocument => "application/msword",
            Self::OldSlides => "application/vnd.ms-powerpoint",
            Self::OldWorkbook => "application/vnd.ms-excel",
            Self::Text(text) => match text.kind {
                TextKind::Html => "text/html",
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
pub fn of<'a>(bytes: &'a [u8], name: &str) -> Result<Kind<'a>, Unreadable> {
    if pdf::is_one(bytes) {
        return Ok(Kind::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return of_package(Package::open(bytes)?);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return of_old(bytes);
    }
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

/// What kind of archive it is.
fn of_package(mut package: Package<'_>) -> Result<Kind<'_>, Unreadable> {
    if let Some(kind) = package.bytes("mimetype")? {
        return match String::from_utf8_lossy(&kind).trim() {
            "application/vnd.oasis.opendocument.text"
            | "application/vnd.oasis.opendocument.text-template" => {
                Ok(Kind::OpenDocument(package, Format::Text))
            }
            "application/vnd.oasis.opendocument.presentation"
            | "application/vnd.oasis.opendocument.presentation-template" => {
                Ok(Kind::OpenDocument(package, Format::Presentation))
            }
            "application/vnd.oasis.opendocument.spreadsheet"
            | "application/vnd.oasis.opendocument.spreadsheet-template" => {
                Ok(Kind::OpenDocument(package, Format::Spreadsheet))
            }
            "application/epub+zip" => Err(unsupported("an e-book (EPUB)", SAVE_AS)),
            _ => Err(unsupported("a document of another kind", SAVE_AS)),
        };
    }
    let relations = package.relations("")?;
    let Some(main) = relations
        .into_values()
        .find(|relation| relation.kind == "officeDocument")
        .map(|relation| relation.part)
    else {
        return Err(match package.has("[Content_Types].xml") {
            true => unsupported("an Office document of another kind", SAVE_AS),
            false => unsupported("an archive (zip)", ARCHIVE),
        });
    };
    let types = package.xml("[Content_Types].xml")?.ok_or_else(child::damaged)?;
    let mut kind = String::new();
    xml::visit(&types, |node| {
        if let Node::Start(element) = node
            && element.name() == "Override"
            && element
                .get("PartName")
                .is_some_and(|part| part.trim_start_matches('/').eq_ignore_ascii_case(&main))
        {
            kind = element.get("ContentType").unwrap_or_default().to_ascii_lowercase();
        }
        Ok(())
    })?;
    // Without a type that says it, the folder does.
    let is = |word: &str, folder: &str| kind.contains(word) || (kind.is_empty() && main.starts_with(folder));
    if is("word", "word/") {
        Ok(Kind::Word(package, main))
    } else if is("presentation", "ppt/") || kind.contains("slideshow") || kind.contains("powerpoint") {
        Ok(Kind::Slides(package, main))
    } else if is("sheet", "xl/") || kind.contains("excel") {
        Ok(Kind::Workbook(package, main))
    } else {
        Err(unsupported("an Office document of another kind", SAVE_AS))
    }
}

/// What kind of container of Office 97 to 2003 it is.
fn of_old(bytes: &[u8]) -> Result<Kind<'_>, Unreadable> {
    match legacy::format(bytes)? {
        Some(FormatType::Doc) => Ok(Kind::OldDocument),
        Some(FormatType::Ppt) => Ok(Kind::OldSlides),
        Some(FormatType::Xls) => Ok(Kind::OldWorkbook),
        Some(_) => Err(child::damaged()),
        None => Err(unsupported(
            "a file of an old Office program, an installer or a mail, or is damaged",
            SAVE_AS,
        )),
    }
}

fn unsupported(name: &str, advice: &str) -> Unreadable {
    Unreadable::new(Reason::Unsupported, format!("it is {name}; {READABLE}. {advice}"))
}

/// What kind of text it is.
fn of_text(text: &str, name: &str) -> TextKind {
    let kind = named(name);
    // A page is one under each name but that of a source.
    if html::is_likely(text) && !matches!(kind, Some(TextKind::Code | TextKind::Markdown | TextKind::Prose)) {
        return TextKind::Html;
    }
    if let Some(kind) = kind {
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
        "html" | "htm" | "xhtml" => Some(TextKind::Html),
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
        unsupported(self.name, self.advice)
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
            _ => panic!("{name} is no text"),
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
