-- The files for assistants, and their bytes: of a session, and of all sessions of a kind and status. Stores of the format before have none.
ALTER TABLE summaries ADD COLUMN files INTEGER NOT NULL DEFAULT 0;
ALTER TABLE summaries ADD COLUMN file_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counts ADD COLUMN files INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counts ADD COLUMN file_bytes INTEGER NOT NULL DEFAULT 0;
