CREATE TABLE files (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    title TEXT,
    characters INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    passages INTEGER NOT NULL
);
CREATE TABLE parts (
    file INTEGER NOT NULL,
    number INTEGER NOT NULL,
    place TEXT NOT NULL,
    heading TEXT,
    shape TEXT NOT NULL,
    header TEXT,
    -- Characters and lines of the file that are before it.
    characters_before INTEGER NOT NULL,
    lines_before INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;
-- The number of a file times 2^20, and the passage's own number: a file's passages are a range.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    part INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    first_line INTEGER NOT NULL,
    last_line INTEGER NOT NULL,
    text TEXT NOT NULL
);
-- Terms, with spaces between them. The tokenizer keeps everything but spaces and control characters together.
CREATE VIRTUAL TABLE terms USING fts5 (
    heading,
    text,
    content = '',
    tokenize = 'ascii tokenchars ''!"#$%&''''()*+,-./:;<=>?@[\]^_`{|}~'''
);
INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1);
