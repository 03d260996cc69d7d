//! Files of every kind, read.

mod fixtures;

use fixtures::{docx, open_document, paragraph, pdf, pdf_of, pptx, shape, text_cell, xlsx, zip};
use sessiond_documents::read::limits;
use sessiond_documents::{Document, Place, Reason, Shape};
use sessiond_extract::read;

fn document(bytes: &[u8]) -> Document {
    read(bytes, "file").unwrap_or_else(|error| panic!("{error}"))
}

fn reason(bytes: &[u8]) -> Reason {
    read(bytes, "file").expect_err("it is refused").reason
}

/// The text of all parts.
fn text(document: &Document) -> String {
    document.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn a_docx_has_its_cells_boxes_notes_and_headers_and_not_what_was_deleted() {
    let body = [
        r#"<w:p><w:pPr><w:pStyle w:val="H"/><w:tabs><w:tab/></w:tabs><w:rPr><w:del/><w:b/></w:rPr></w:pPr><w:r><w:t>Chapter</w:t></w:r></w:p>"#.to_owned(),
        r#"<w:p><w:r><w:t xml:space="preserve">kept </w:t></w:r><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins><w:r><w:footnoteReference w:id="2"/></w:r></w:p>"#.to_owned(),
        r#"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b1</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>wide</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#.to_owned(),
        format!(
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{0}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{0}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            paragraph("in a box")
        ),
        r#"<w:sectPr><w:headerReference r:id="id-header1"/><w:footerReference r:id="id-footer1"/></w:sectPr>"#.to_owned(),
    ]
    .concat();
    let file = docx(
        &body,
        &[
            (
                "styles",
                r#"<w:styles><w:style w:styleId="H"><w:name w:val="Heading 1"/></w:style></w:styles>"#,
            ),
            (
                "footnotes",
                &format!(
                    r#"<w:footnotes><w:footnote w:id="0" w:type="separator">{}</w:footnote><w:footnote w:id="2">{}</w:footnote></w:footnotes>"#,
                    paragraph("line"),
                    paragraph("a note")
                ),
            ),
            ("header1", &format!("<w:hdr>{}</w:hdr>", paragraph("at the top"))),
            ("footer1", &format!("<w:ftr>{}</w:ftr>", paragraph("at the bottom"))),
        ],
    );
    let document = document(&file);
    assert_eq!(
        text(&document),
        "at the top\n\nChapter\n\nkept inserted[2]\n\n[2] a note\n\na1\tb1\nwide\n\nin a box\n\nat the bottom"
    );
    assert_eq!(document.parts[1].heading.as_deref(), Some("Chapter"));
    assert_eq!(document.parts[2].shape, Shape::Table);
}

#[test]
fn a_pptx_has_a_part_for_each_slide_with_its_notes() {
    let slides = [
        [shape("title", "First"), shape("body", "point"), shape("sldNum", "17")].concat(),
        shape("title", "Second"),
    ];
    let document = document(&pptx(&[&slides[0], &slides[1]], "to be said"));
    assert_eq!(text(&document), "First\n\npoint\n\nNotes:\n\nto be said\n\nSecond");
    let places: Vec<_> =
        document.parts.iter().map(|part| (part.place.clone(), part.heading.clone().unwrap())).collect();
    assert_eq!(places, [(Place::Slide(1), "First".into()), (Place::Slide(2), "Second".into())]);
}

#[test]
fn a_workbook_has_a_part_for_each_sheet_with_dates_and_formulas() {
    let first = format!(
        r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1">{}{}</row><row r="2"><c r="A2" s="1"><v>45415</v></c><c r="B2"><v>0.30000000000000004</v></c></row><row r="3"><c r="B3"><f>SUM(B2:B2)</f></c></row></sheetData>"#,
        text_cell("A1", "Tag"),
        text_cell("B1", "Größe\nin m"),
    );
    let corner = format!(
        r#"<sheetData><row r="1">{}</row><row r="1048576">{}</row></sheetData>"#,
        text_cell("A1", "a"),
        text_cell("XFD1048576", "z")
    );
    let document = document(&xlsx(&[("Zahlen", &first), ("数据", &corner), ("leer", "<sheetData/>")]));
    let sheets: Vec<_> = document.parts.iter().map(|part| (part.place.clone(), part.text.as_str())).collect();
    assert_eq!(
        sheets,
        [
            (Place::Sheet("Zahlen".into()), "Tag\tGröße in m\n2024-05-03\t0.3\n\t=SUM(B2:B2)"),
            (Place::Sheet("数据".into()), "a\n\tz"),
        ]
    );
}

#[test]
fn old_office_files_are_read() {
    assert_eq!(
        text(&document(&fixtures::doc(b"A first paragraph.\rGr\xfc\xdfe.\r"))),
        "A first paragraph.\n\nGrüße."
    );
    let workbook = document(&fixtures::xls("Größe", 2.5));
    assert_eq!(
        (&workbook.parts[0].place, text(&workbook).as_str()),
        (&Place::Sheet("Alt".into()), "Größe\n2.5")
    );
    let mail = fixtures::container(&[("__properties_version1.0", b"mail")]);
    assert_eq!(reason(&mail), Reason::Unsupported);
}

#[test]
fn open_documents_are_read() {
    let letter = open_document(
        "text",
        r#"<office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:h text:outline-level="1">Title</text:h>
        <text:p>two<text:s text:c="2"/>words<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>a note</text:p></text:note-body></text:note></text:p>
        <text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>
        <table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table></office:text>"#,
    );
    assert_eq!(text(&document(&letter)), "Title\n\ntwo  words [1]\n\na note\n\n- item\n\na\tb");
    let sheet = open_document(
        "spreadsheet",
        r#"<office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell office:value-type="date" office:date-value="2024-05-03"><text:p>03.05.24</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row><table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row></table:table></office:spreadsheet>"#,
    );
    let sheet = document(&sheet);
    assert_eq!(
        (&sheet.parts[0].place, text(&sheet).as_str()),
        (&Place::Sheet("S".into()), "2024-05-03\tx\tx")
    );
    let slides = open_document(
        "presentation",
        "<office:presentation><draw:page><draw:frame><draw:text-box><text:p>one</text:p></draw:text-box></draw:frame></draw:page><draw:page><text:p>two</text:p></draw:page></office:presentation>",
    );
    let places: Vec<_> = document(&slides).parts.into_iter().map(|part| (part.place, part.text)).collect();
    assert_eq!(places, [(Place::Slide(1), "one".to_owned()), (Place::Slide(2), "two".to_owned())]);
}

#[test]
fn a_pdf_is_read_page_by_page() {
    let document = document(&pdf(&["A line.\nAnother line.", "Page two."]));
    let pages: Vec<_> = document.parts.iter().map(|part| (part.place.clone(), part.text.as_str())).collect();
    assert_eq!(pages, [(Place::Page(1), "A line.\nAnother line."), (Place::Page(2), "Page two.")]);
    assert!(document.notes.is_empty());
}

#[test]
fn pages_without_text_are_named_and_a_pdf_without_any_is_refused() {
    let picture = "0 0 200 300 re f";
    let mixed = document(&pdf_of(&[picture, "BT /F 12 Tf 72 700 Td (words) Tj ET", picture, picture]));
    assert_eq!(mixed.parts[0].place, Place::Page(2));
    assert_eq!(mixed.notes, ["Pages 1, 3–4: no text layer, such as a scan."]);
    let scan = read(&pdf_of(&[picture, picture]), "scan.pdf").unwrap_err();
    assert_eq!(scan.reason, Reason::NoText);
    assert!(scan.detail.contains("no text layer"), "{scan}");
}

#[test]
fn a_damaged_page_does_not_take_the_others_with_it() {
    // A font that is not there makes the parser panic.
    let document =
        document(&pdf_of(&["BT /Absent 12 Tf (lost) Tj ET", "BT /F 12 Tf 72 700 Td (kept) Tj ET"]));
    assert_eq!((document.parts.len(), document.parts[0].text.as_str()), (1, "kept"));
    assert!(document.notes[0].starts_with("Page 1: no readable text"), "{:?}", document.notes);
}

#[test]
fn a_pdf_with_an_empty_user_password_is_read_and_one_with_a_password_is_refused() {
    assert_eq!(text(&document(&fixtures::encrypted_pdf("open to all", ""))), "open to all");
    assert_eq!(reason(&fixtures::encrypted_pdf("closed", "secret")), Reason::Encrypted);
}

#[test]
fn signs_without_letters_are_not_told_as_text() {
    let font = "<< /Type /Font /Subtype /Type0 /BaseFont /Sub /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype \
                /CIDFontType2 /BaseFont /Sub /FontDescriptor << /Type /FontDescriptor /FontName /Sub >> >>] >>";
    let stream = "BT /F 12 Tf 72 700 Td <000100020003> Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [4 0 R] >>".to_owned(),
        font.to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents 5 0 R >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
    ];
    let refused = read(&fixtures::pdf_with(&objects), "a.pdf").unwrap_err();
    assert_eq!(refused.reason, Reason::NoText);
    assert!(refused.detail.contains("fonts"), "{refused}");
}

#[test]
fn a_page_of_the_web_is_read_in_the_encoding_that_it_names() {
    let page = "<html><head><meta charset=windows-1251><title>Отчёт</title></head><body><p>Да</p><script>no</script></body></html>";
    let document = document(&encoding_rs::WINDOWS_1251.encode(page).0);
    assert_eq!((document.title.as_deref(), text(&document).as_str()), (Some("Отчёт"), "Да"));
}

#[test]
fn the_content_says_the_kind_and_not_the_name() {
    assert_eq!(read(&pdf(&["words"]), "a.txt").unwrap().parts[0].place, Place::Page(1));
    let letter = read(&docx(&paragraph("words"), &[]), "a.pdf").unwrap();
    assert_eq!(letter.media_type, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    let page = read(b"<!doctype html><p>words", "a.xls").unwrap();
    assert_eq!((page.media_type.as_str(), text(&page).as_str()), ("text/html", "words"));
}

#[test]
fn what_cannot_be_read_is_refused_with_the_reason() {
    let cases: [(Vec<u8>, Reason); 10] = [
        (zip(&[("a.txt", b"a")]), Reason::Unsupported),
        (zip(&[("mimetype", b"application/epub+zip")]), Reason::Unsupported),
        (zip(&[("[Content_Types].xml", b"<Types/>"), ("visio/document.xml", b"<a/>")]), Reason::Unsupported),
        (fixtures::container(&[("EncryptedPackage", b"x"), ("EncryptionInfo", b"x")]), Reason::Encrypted),
        (docx("", &[]), Reason::NoText),
        (docx("<w:p><w:r>", &[]), Reason::Damaged),
        (b"PK\x03\x04 and no more".to_vec(), Reason::Damaged),
        (b"%PDF-1.7\nand no more".to_vec(), Reason::Damaged),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more".to_vec(), Reason::Unsupported),
        (pdf(&["words"])[..300].to_vec(), Reason::Damaged),
    ];
    for (index, (bytes, expected)) in cases.iter().enumerate() {
        assert_eq!(reason(bytes), *expected, "case {index}");
    }
}

#[test]
fn what_grows_is_refused_by_what_it_really_grows_to() {
    // A thousandth of its size, compressed.
    let mib = vec![b' '; 1024 * 1024];
    let spaces =
        [b"<a>".as_slice(), &mib.repeat(usize::try_from(limits::INFLATED_BYTES >> 20).unwrap()), b"</a>"]
            .concat();
    let bomb = zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", &spaces)]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(reason(&bomb), Reason::TooLarge);
    let many: Vec<(String, Vec<u8>)> =
        (0..=limits::ENTRIES).map(|index| (index.to_string(), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> =
        many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(reason(&zip(&many)), Reason::TooLarge);
}

#[test]
fn entities_do_not_grow_and_depth_has_a_limit() {
    let mut entities = String::from("<!DOCTYPE w [<!ENTITY e0 \"boom\">");
    for index in 1..40 {
        entities += &format!("<!ENTITY e{index} \"&e{0};&e{0};&e{0};\">", index - 1);
    }
    let bomb = fixtures::office(
        "word/document.xml",
        "wordprocessingml.document",
        &[(
            "word/document.xml",
            &format!("{entities}]><w:document><w:body>{}</w:body></w:document>", paragraph("&e39; kept")),
        )],
    );
    assert_eq!(text(&document(&bomb)).trim(), "kept");
    let tables = "<w:tbl><w:tr><w:tc>";
    assert_eq!(reason(&docx(&tables.repeat(100_000), &[])), Reason::TooLarge);
    for deep in ["<div>".repeat(100_000), "<table><tr><td>".repeat(1000), "<ul><li>".repeat(100_000)] {
        assert_eq!(reason(format!("<html>{deep}deep").as_bytes()), Reason::TooLarge, "{}", &deep[..12]);
    }
    let flat = format!("<html>{}</html>", "<p>one<li>two".repeat(10_000));
    assert_eq!(text(&document(flat.as_bytes())).matches("two").count(), 10_000);
}
