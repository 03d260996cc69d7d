-- What the facets of a session count, as JSON, that of the facet that leads it first: instead of the steps and tasks that
-- only plans have. No index has it, because most appends change it.
ALTER TABLE summaries ADD COLUMN progress TEXT NOT NULL DEFAULT '[]';
UPDATE summaries SET progress = CASE
    WHEN steps > 0 AND tasks > 0 THEN json_array(
        json_object('unit', 'steps', 'done', steps_done, 'total', steps),
        json_object('unit', 'tasks', 'done', tasks_done, 'total', tasks))
    WHEN steps > 0 THEN json_array(json_object('unit', 'steps', 'done', steps_done, 'total', steps))
    ELSE json_array(json_object('unit', 'tasks', 'done', tasks_done, 'total', tasks))
END WHERE steps > 0 OR tasks > 0;
-- Calls had no columns, so they are counted from the journal. Those that had not ended when a process took over, or when the
-- session ended, were interrupted, which is an end too.
WITH entries AS (
    SELECT session, seq, json_extract(entry.value, '$.call') AS call, json_extract(entry.value, '$.status') AS status
    FROM summaries JOIN events USING (session), json_each(event, '$.data.calls') AS entry
    WHERE kind = 'execution' AND json_extract(event, '$.type') = 'calls_recorded'
), took_over AS (
    SELECT session, max(seq) AS seq FROM summaries JOIN events USING (session)
    WHERE kind = 'execution' AND json_extract(event, '$.type') = 'execution_began' GROUP BY session
), still_open AS (
    SELECT session, count(DISTINCT call) - count(DISTINCT CASE WHEN entries.status IS NOT NULL THEN call END) AS calls
    FROM entries JOIN took_over USING (session) JOIN summaries USING (session)
    WHERE entries.seq > took_over.seq AND summaries.status = 'active' GROUP BY session
), counted AS (
    SELECT session, max(call) AS total, sum(coalesce(status IN ('failed', 'timeout'), 0)) AS failed
    FROM entries GROUP BY session
)
-- They lead an execution, so they come first.
UPDATE summaries SET progress = (
    SELECT json_group_array(json(counts)) FROM (
        SELECT json_object('unit', 'calls',
            'done', total - coalesce((SELECT calls FROM still_open WHERE still_open.session = counted.session), 0),
            'total', total, 'failed', failed) AS counts
        UNION ALL SELECT value FROM json_each(progress)))
FROM counted WHERE counted.session = summaries.session;
ALTER TABLE summaries DROP COLUMN steps_done;
ALTER TABLE summaries DROP COLUMN steps;
ALTER TABLE summaries DROP COLUMN tasks_done;
ALTER TABLE summaries DROP COLUMN tasks;
