-- Times are milliseconds since 1970-01-01T00:00:00Z. `session` is the key of a row of `sessions`: a small number that
-- stands for the session's id in every other table. AUTOINCREMENT sees to it that a key is never given out twice, so a
-- key that somebody remembers either means the same session or none.

CREATE TABLE sessions (
    session    INTEGER PRIMARY KEY AUTOINCREMENT,
    revision   INTEGER NOT NULL,
    first      INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    id         TEXT NOT NULL
);
-- Every append changes a row of `sessions`. No index may hold a column that an append changes.
CREATE UNIQUE INDEX sessions_id ON sessions (id);

CREATE TABLE events (
    session INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    event   TEXT NOT NULL,
    PRIMARY KEY (session, seq)
) WITHOUT ROWID;

CREATE TABLE snapshots (
    session  INTEGER NOT NULL,
    format   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    state    BLOB NOT NULL,
    PRIMARY KEY (session, format)
);

-- A session's row in lists. `sort_name` and `search` are in lower case, as Unicode has it.
CREATE TABLE summaries (
    session         INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    status          TEXT NOT NULL,
    name            TEXT,
    owner           TEXT NOT NULL,
    client_id       TEXT,
    orchestrator    TEXT,
    members         TEXT NOT NULL,
    labels          TEXT NOT NULL,
    parent          TEXT,
    forked_from     TEXT,
    forked_revision INTEGER,
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    ended_at        INTEGER,
    steps_done      INTEGER NOT NULL,
    steps           INTEGER NOT NULL,
    tasks_done      INTEGER NOT NULL,
    tasks           INTEGER NOT NULL,
    sort_name       TEXT NOT NULL,
    search          TEXT NOT NULL
);
CREATE INDEX summaries_created ON summaries (created_at, session);
CREATE INDEX summaries_kind ON summaries (kind, created_at, session);
CREATE INDEX summaries_status ON summaries (status, created_at, session);
CREATE INDEX summaries_owner ON summaries (owner, created_at, session);
CREATE INDEX summaries_name ON summaries (sort_name, session);
CREATE INDEX summaries_parent ON summaries (parent, created_at, session) WHERE parent IS NOT NULL;
CREATE INDEX summaries_forked ON summaries (forked_from, created_at, session) WHERE forked_from IS NOT NULL;

CREATE TABLE members (
    session  INTEGER NOT NULL,
    agent_id TEXT NOT NULL,
    PRIMARY KEY (session, agent_id)
) WITHOUT ROWID;
CREATE INDEX members_agent ON members (agent_id, session);

CREATE TABLE labels (
    session INTEGER NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (session, key)
) WITHOUT ROWID;
CREATE INDEX labels_key ON labels (key, value, session);

-- How many sessions there are; kept beside them, because counting 100,000 rows for each scrape of metrics is a waste.
CREATE TABLE counts (
    kind   TEXT NOT NULL,
    status TEXT NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (kind, status)
) WITHOUT ROWID;

CREATE TABLE tasks (
    task     INTEGER PRIMARY KEY,
    task_id  TEXT NOT NULL,
    session  INTEGER NOT NULL,
    assignee TEXT NOT NULL,
    status   TEXT NOT NULL
);
CREATE UNIQUE INDEX tasks_id ON tasks (task_id);
CREATE INDEX tasks_session ON tasks (session);
CREATE INDEX tasks_assignee ON tasks (assignee, status);
CREATE INDEX tasks_status ON tasks (status);

CREATE TABLE timers (
    session INTEGER NOT NULL,
    key     TEXT NOT NULL,
    at      INTEGER NOT NULL,
    action  TEXT NOT NULL,
    PRIMARY KEY (session, key)
) WITHOUT ROWID;
CREATE INDEX timers_at ON timers (at, session, key);

-- `depth` counts the inbox's rows of `messages` in state 0.
CREATE TABLE inboxes (
    inbox    INTEGER PRIMARY KEY AUTOINCREMENT,
    agent_id TEXT NOT NULL,
    fence    INTEGER NOT NULL,
    depth    INTEGER NOT NULL
);
CREATE UNIQUE INDEX inboxes_agent ON inboxes (agent_id);

-- `state`: 0 queued, 1 acknowledged, 2 dead, 3 withdrawn. `rank` orders the queue, 0 first: 3 less the message's own
-- priority (0 low … 3 critical) or that of a later one of its stream, whichever comes first. `due_at` is `not_before`
-- until the message is taken, then the time when it may be taken again. `message` is the order of acceptance.
CREATE TABLE messages (
    message     INTEGER PRIMARY KEY,
    inbox       INTEGER NOT NULL,
    message_id  TEXT NOT NULL,
    sender      TEXT NOT NULL,
    session_id  TEXT,
    in_reply_to TEXT,
    priority    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    rank        INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    ended_at    INTEGER
);
CREATE UNIQUE INDEX messages_id ON messages (inbox, message_id);
CREATE INDEX messages_queue ON messages (inbox, rank, message, due_at) WHERE state = 0;
-- A stream: what one sender sent in one session.
CREATE INDEX messages_stream ON messages (inbox, sender, session_id, rank) WHERE state = 0;
CREATE INDEX messages_session ON messages (session_id, message) WHERE session_id IS NOT NULL;
CREATE INDEX messages_reply ON messages (in_reply_to, message) WHERE in_reply_to IS NOT NULL;
CREATE INDEX messages_ended ON messages (ended_at) WHERE ended_at IS NOT NULL;

-- Apart from its message, so that a delivery does not write the body again.
CREATE TABLE bodies (
    message INTEGER PRIMARY KEY,
    body    TEXT NOT NULL
);

CREATE TABLE agents (
    agent_id      TEXT PRIMARY KEY,
    owner         TEXT NOT NULL,
    registration  TEXT NOT NULL,
    registered_at INTEGER NOT NULL
);

CREATE TABLE keys (
    key_id     TEXT PRIMARY KEY,
    hash       BLOB NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    agents     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
);

CREATE TABLE answers (
    scope  TEXT NOT NULL,
    key    TEXT NOT NULL,
    digest BLOB NOT NULL,
    body   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX answers_at ON answers (at);

CREATE TABLE points (
    session INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    series  TEXT NOT NULL,
    time    INTEGER NOT NULL,
    step    INTEGER,
    value   REAL,
    text    TEXT,
    PRIMARY KEY (session, id)
) WITHOUT ROWID;
CREATE INDEX points_series ON points (session, series, id);

-- The number of the oldest point that is kept, and the number of the next one to come.
CREATE TABLE telemetry (
    session INTEGER PRIMARY KEY,
    first   INTEGER NOT NULL,
    next    INTEGER NOT NULL
);

-- Rows that nobody can reach any more, of deleted sessions and trimmed journals. They are removed a few at a time,
-- because removing a million at once would keep every other writer waiting.
CREATE TABLE garbage (
    session INTEGER PRIMARY KEY,
    through INTEGER NOT NULL
);

-- One row for each transaction that other processes should hear of; the newest few thousand.
CREATE TABLE changes (
    id     INTEGER PRIMARY KEY,
    origin INTEGER NOT NULL,
    body   TEXT NOT NULL
);
