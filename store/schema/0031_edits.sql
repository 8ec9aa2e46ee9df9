-- What the media of a stage of a note were described as then, in their order.
ALTER TABLE note_edits ADD COLUMN media_descriptions text[];
