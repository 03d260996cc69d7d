-- Schedules. `body` is the engine's; the other columns say what the store is asked for.
CREATE TABLE schedules (
    schedule    INTEGER PRIMARY KEY,
    schedule_id TEXT NOT NULL,
    owner       TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    next_at     INTEGER,
    body        TEXT NOT NULL
);
CREATE UNIQUE INDEX schedules_id ON schedules (schedule_id);
CREATE INDEX schedules_owner ON schedules (owner, schedule_id);
CREATE INDEX schedules_next ON schedules (next_at) WHERE next_at IS NOT NULL;
