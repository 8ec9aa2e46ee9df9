-- Notes that quote others, and why a note that was to be said later was not.

ALTER TABLE scheduled_notes ADD COLUMN failure text;
CREATE INDEX scheduled_notes_app ON scheduled_notes (app_id);
