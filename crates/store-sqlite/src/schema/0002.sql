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
ALTER TABLE summaries DROP COLUMN steps_done;
ALTER TABLE summaries DROP COLUMN steps;
ALTER TABLE summaries DROP COLUMN tasks_done;
ALTER TABLE summaries DROP COLUMN tasks;
