//! Files of every kind, made here: none is stored.
#![allow(
    dead_code,
    clippy::unwrap_used,
    missing_docs,
    reason = "each test program uses a part of it, and tests may panic"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use pdf_extract::encryption::crypt_filters::{Aes256CryptFilter, CryptFilter};
use pdf_extract::{Document, EncryptionState, EncryptionVersion, Permissions};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An archive with these entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The relations of a part, as ids, kinds and targets.
pub fn relations(relations: &[(&str, &str, &str)]) -> String {
    let mut xml = String::from(r#"<?xml version="1.0" encoding="UTF-8"?><Relationships>"#);
    for (id, kind, target) in relations {
        write!(xml, r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#).unwrap();
    }
    xml + "</Relationships>"
}

/// An Open XML package: its main part, that part's type, and the other parts.
pub fn office(main: &str, kind: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let types = format!(
        r#"<Types><Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>"#
    );
    let package = relations(&[("r1", "officeDocument", main)]);
    let mut entries = vec![("[Content_Types].xml", types.as_bytes()), ("_rels/.rels", package.as_bytes())];
    entries.extend(parts.iter().map(|(name, text)| (*name, text.as_bytes())));
    zip(&entries)
}

/// A `.docx` of a body, with other parts by their kinds.
pub fn docx(body: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(r#"<w:document xmlns:w="w" xmlns:r="r"><w:body>{body}</w:body></w:document>"#);
    let named: Vec<(String, String)> =
        others.iter().map(|(kind, xml)| (format!("word/{kind}.xml"), (*xml).to_owned())).collect();
    let related: Vec<(String, &str, String)> = others
        .iter()
        .map(|(kind, _)| {
            (format!("id-{kind}"), kind.trim_end_matches(|c: char| c.is_ascii_digit()), format!("{kind}.xml"))
        })
        .collect();
    let related: Vec<(&str, &str, &str)> =
        related.iter().map(|(id, kind, target)| (id.as_str(), *kind, target.as_str())).collect();
    let rels = relations(&related);
    let mut parts =
        vec![("word/document.xml", document.as_str()), ("word/_rels/document.xml.rels", rels.as_str())];
    parts.extend(named.iter().map(|(name, xml)| (name.as_str(), xml.as_str())));
    office("word/document.xml", "wordprocessingml.document", &parts)
}

/// A paragraph of a `.docx`.
pub fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A `.pptx` of slides, each a list of shapes, and the notes of the first one.
pub fn pptx(slides: &[&str], notes: &str) -> Vec<u8> {
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut ids = String::new();
    let mut related = Vec::new();
    for (index, shapes) in slides.iter().enumerate() {
        write!(ids, r#"<p:sldId id="{}" r:id="s{index}"/>"#, 256 + index).unwrap();
        related.push((format!("s{index}"), format!("slides/slide{index}.xml")));
        parts.push((
            format!("ppt/slides/slide{index}.xml"),
            format!("<p:sld><p:spTree>{shapes}</p:spTree></p:sld>"),
        ));
    }
    let related: Vec<(&str, &str, &str)> =
        related.iter().map(|(id, target)| (id.as_str(), "slide", target.as_str())).collect();
    parts.push((
        "ppt/presentation.xml".into(),
        format!("<p:presentation><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"),
    ));
    parts.push(("ppt/_rels/presentation.xml.rels".into(), relations(&related)));
    parts.push((
        "ppt/slides/_rels/slide0.xml.rels".into(),
        relations(&[("n", "notesSlide", "../notesSlides/notesSlide1.xml")]),
    ));
    parts.push((
        "ppt/notesSlides/notesSlide1.xml".into(),
        format!("<p:notes>{}</p:notes>", shape("body", notes)),
    ));
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, xml)| (name.as_str(), xml.as_str())).collect();
    office("ppt/presentation.xml", "presentationml.presentation", &parts)
}

/// A shape of a slide with one paragraph.
pub fn shape(placeholder: &str, text: &str) -> String {
    format!(
        r#"<p:sp><p:nvSpPr><p:nvPr><p:ph type="{placeholder}"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"#
    )
}

/// A `.xlsx` of sheets: their names, and their elements `sheetData` with what stands before it.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut list = String::new();
    let mut related = vec![("styles".to_owned(), "styles", "styles.xml".to_owned())];
    let mut parts: Vec<(String, String)> = vec![(
        "xl/styles.xml".into(),
        r#"<styleSheet><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
            .into(),
    )];
    for (index, (name, data)) in sheets.iter().enumerate() {
        write!(list, r#"<sheet name="{name}" sheetId="{}" r:id="s{index}"/>"#, index + 1).unwrap();
        related.push((format!("s{index}"), "worksheet", format!("worksheets/sheet{index}.xml")));
        parts.push((format!("xl/worksheets/sheet{index}.xml"), format!("<worksheet>{data}</worksheet>")));
    }
    let related: Vec<(&str, &str, &str)> =
        related.iter().map(|(id, kind, target)| (id.as_str(), *kind, target.as_str())).collect();
    parts.push(("xl/_rels/workbook.xml.rels".into(), relations(&related)));
    parts.push((
        "xl/workbook.xml".into(),
        format!(r#"<workbook xmlns:r="{OFFICE}"><sheets>{list}</sheets></workbook>"#),
    ));
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, xml)| (name.as_str(), xml.as_str())).collect();
    office("xl/workbook.xml", "spreadsheetml.sheet", &parts)
}

/// A cell of a `.xlsx` with a text.
pub fn text_cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

/// An OpenDocument of a kind: `text`, `presentation` or `spreadsheet`.
pub fn open_document(kind: &str, body: &str) -> Vec<u8> {
    let content =
        format!("<office:document-content><office:body>{body}</office:body></office:document-content>");
    let kind = format!("application/vnd.oasis.opendocument.{kind}");
    zip(&[("mimetype", kind.as_bytes()), ("content.xml", content.as_bytes())])
}

/// A PDF whose pages have these streams.
pub fn pdf_of(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|index| format!("{} 0 R ", 4 + 2 * index)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (index, stream) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * index
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    pdf_with(&objects)
}

/// A PDF of objects, numbered from 1; the first one is the catalog.
pub fn pdf_with(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.7\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1).unwrap();
    }
    let (start, size) = (file.len(), objects.len() + 1);
    write!(
        file,
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /ID [<00112233445566778899AABBCCDDEEFF> \
         <00112233445566778899AABBCCDDEEFF>] >>\nstartxref\n{start}\n%%EOF\n"
    )
    .unwrap();
    file.into_bytes()
}

/// A PDF of one page with this stream, and what its dictionary says of it.
pub fn pdf_with_stream(dictionary: &str, stream: &[u8]) -> Vec<u8> {
    let mark = "THE STREAM";
    let mut file = pdf_with(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Contents 4 0 R >>".to_owned(),
        format!(
            "<< /Length {} {dictionary} >>\nstream\n{mark}{}\nendstream",
            stream.len(),
            " ".repeat(stream.len() - mark.len())
        ),
    ]);
    let at = file.windows(mark.len()).position(|bytes| bytes == mark.as_bytes()).unwrap();
    file[at..at + stream.len()].copy_from_slice(stream);
    file
}

/// Bytes as `/FlateDecode` has them.
pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut stream = pdf_extract::Stream::new(pdf_extract::Dictionary::new(), bytes.to_vec());
    stream.compress().unwrap();
    stream.content
}

/// A PDF whose pages have these lines.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let streams: Vec<String> = pages
        .iter()
        .map(|page| {
            let lines: String = page.lines().map(|line| format!("({line}) Tj T* ")).collect();
            format!("BT /F 12 Tf 14 TL 72 700 Td {lines}ET")
        })
        .collect();
    pdf_of(&streams.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A PDF that needs a password, which may be empty.
pub fn encrypted_pdf(page: &str, user_password: &str) -> Vec<u8> {
    let mut document = Document::load_mem(&pdf(&[page])).unwrap();
    let filter: Arc<dyn CryptFilter> = Arc::new(Aes256CryptFilter);
    let version = EncryptionVersion::V5 {
        encrypt_metadata: true,
        crypt_filters: BTreeMap::from([(b"StdCF".to_vec(), filter)]),
        file_encryption_key: &[7; 32],
        stream_filter: b"StdCF".to_vec(),
        string_filter: b"StdCF".to_vec(),
        owner_password: "owner",
        user_password,
        permissions: Permissions::all(),
    };
    document.encrypt(&EncryptionState::try_from(version).unwrap()).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A file in the container of old Office programs, of these streams.
pub fn container(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        file.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    file.into_inner().into_inner()
}

/// A `.doc` of Word 6, whose paragraphs end in a carriage return.
pub fn doc(text: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 0x300 + text.len().max(0x700)];
    file[..2].copy_from_slice(&0xa5dc_u16.to_le_bytes());
    file[2..4].copy_from_slice(&101_u16.to_le_bytes());
    file[0x18..0x1c].copy_from_slice(&0x300_u32.to_le_bytes());
    file[0x1c..0x20].copy_from_slice(&(0x300 + text.len() as u32).to_le_bytes());
    file[0x34..0x38].copy_from_slice(&(text.len() as u32).to_le_bytes());
    file[0x300..0x300 + text.len()].copy_from_slice(text);
    container(&[("WordDocument", &file)])
}

/// A `.doc` of Word 97 to 2003, whose paragraphs end in a carriage return.
pub fn doc_97(text: &[u8]) -> Vec<u8> {
    const TEXT: u32 = 1024;
    let length = u32::try_from(text.len()).unwrap();
    let mut file = vec![0; 2048 + text.len()];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &0xa5ec_u16.to_le_bytes());
    put(2, &0x00c1_u16.to_le_bytes());
    // How many numbers of each kind follow.
    put(0x20, &14_u16.to_le_bytes());
    put(0x3e, &22_u16.to_le_bytes());
    put(0x4c, &length.to_le_bytes());
    put(0x98, &93_u16.to_le_bytes());
    put(TEXT as usize, text);
    // One piece of text, in a byte for each character.
    let mut piece = [0_u32.to_le_bytes(), length.to_le_bytes()].concat();
    piece.extend([0, 0]);
    piece.extend(((TEXT * 2) | 0x4000_0000).to_le_bytes());
    piece.extend([0, 0]);
    let table = [&[2], u32::try_from(piece.len()).unwrap().to_le_bytes().as_slice(), &piece].concat();
    put(0x1a6, &u32::try_from(table.len()).unwrap().to_le_bytes());
    container(&[("WordDocument", &file), ("0Table", &table)])
}

/// An `.xls` of one sheet `Alt` with a text and a number.
pub fn xls(text: &str, number: f64) -> Vec<u8> {
    let record =
        |kind: u16, data: &[u8]| [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat();
    let begin = |kind: u16| record(0x0809, &[&[0, 6], kind.to_le_bytes().as_slice(), &[0; 12]].concat());
    let end = record(0x000a, &[]);
    let mut bound = vec![0; 6];
    bound.extend([3, 0]);
    bound.extend(b"Alt");
    let globals = [begin(0x0005), record(0x0085, &bound), end.clone()].concat();
    bound[..4].copy_from_slice(&(globals.len() as u32).to_le_bytes());
    let globals = [begin(0x0005), record(0x0085, &bound), end.clone()].concat();
    let mut label = vec![0, 0, 0, 0, 0, 0];
    label.extend((text.encode_utf16().count() as u16).to_le_bytes());
    label.push(1);
    label.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let mut value = vec![1, 0, 0, 0, 0, 0];
    value.extend(number.to_le_bytes());
    let sheet = [begin(0x0010), record(0x0204, &label), record(0x0203, &value), end].concat();
    container(&[("Workbook", &[globals, sheet].concat())])
}
