-- What a message is to its session: 0 a message, 1 the request of a task, 2 one that was accepted and is held, 3 a notice.
-- What is held is never due by time.
ALTER TABLE messages ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
-- The session that gave an answer: it answers for no other session under the same id.
ALTER TABLE answers ADD COLUMN session_id TEXT;
UPDATE answers SET session_id = json_extract(body, '$.session_id') WHERE json_valid(body);
CREATE INDEX answers_session ON answers (session_id) WHERE session_id IS NOT NULL;
