//! Every limit of reading a file, in one place.
//!
//! A file that exceeds one of them is refused as a whole: a text whose end is silently absent gives wrong answers.

use std::time::Duration;

/// Bytes of a file: 64 MiB, no less than a session takes.
pub const FILE_BYTES: usize = 64 * 1024 * 1024;

/// Characters of the text of a file, 8 Mi: some 3,000 pages.
pub const TEXT_CHARACTERS: usize = 8 * 1024 * 1024;

/// Bytes that the compressed entries of a file have when they are inflated, 256 MiB. They are counted, not taken from the
/// sizes that the file claims.
pub const INFLATED_BYTES: u64 = 256 * 1024 * 1024;

/// Entries of a compressed file, such as the parts of a `.docx`.
pub const ENTRIES: usize = 10_000;

/// Cells of a workbook or of a table of comma-separated values, all sheets together. Empty cells between two that have a value
/// count too.
pub const CELLS: usize = 2_000_000;

/// Columns of a table: as many as a spreadsheet can have.
pub const COLUMNS: usize = 16_384;

/// Pages of a PDF.
pub const PAGES: usize = 5_000;

/// Parts of the text of a file, such as pages and what is below each heading.
pub const PARTS: usize = 200_000;

/// Elements within each other, as lists in lists or tables in cells.
pub const DEPTH: usize = 256;

/// Characters of a title or a heading; the rest is left out.
pub const HEADING_CHARACTERS: usize = 300;

/// Memory of the process that reads: 1 GiB of address space, its program included.
pub const ADDRESS_SPACE: u64 = 1024 * 1024 * 1024;

/// Processor time of the process that reads, in seconds.
pub const CPU_SECONDS: u64 = 20;

/// How long the process may run. It also counts when the process gets no processor.
pub const WALL_CLOCK: Duration = Duration::from_secs(45);

/// How many files one [`Reader`](super::Reader) reads at once; others wait.
pub const CONCURRENCY: usize = 2;

/// Bytes that the process may answer: [`TEXT_CHARACTERS`] in four bytes each, and what JSON adds.
pub const ANSWER_BYTES: usize = 5 * TEXT_CHARACTERS + 1024 * 1024;

/// Bytes of a file's name that the process is given; the end of a name says what kind of file it is.
pub const NAME_BYTES: usize = 1024;
