-- What a message is to its session: 0 a message, 1 the request of a task, 2 one that was accepted and is held, 3 a notice.
-- What is held is never due by time.
ALTER TABLE messages ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
