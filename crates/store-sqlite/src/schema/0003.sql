-- How many questions of a session wait for an answer.
ALTER TABLE summaries ADD COLUMN questions INTEGER NOT NULL DEFAULT 0;
CREATE INDEX summaries_waiting ON summaries (created_at, session) WHERE questions > 0;
