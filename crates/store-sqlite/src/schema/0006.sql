-- The turns of conversations: of a session, and of all sessions of a kind and status.
ALTER TABLE summaries ADD COLUMN turns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counts ADD COLUMN turns INTEGER NOT NULL DEFAULT 0;
UPDATE summaries SET turns = (
    SELECT coalesce(sum(json_extract(counted.value, '$.total')), 0) FROM json_each(summaries.progress) counted
    WHERE json_extract(counted.value, '$.unit') = 'turns'
);
UPDATE counts SET turns = (
    SELECT coalesce(sum(s.turns), 0) FROM summaries s WHERE s.kind = counts.kind AND s.status = counts.status
);
