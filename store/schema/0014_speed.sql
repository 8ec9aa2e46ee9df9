-- Who wants to be told of each note of somebody: few of those who follow, looked up at each note.
CREATE INDEX follows_bells ON follows (target_id) WHERE notify;
