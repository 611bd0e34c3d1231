CREATE TABLE proposed_time (
    id {id},
    meeting_id BIGINT NOT NULL UNIQUE REFERENCES meeting (id) ON DELETE CASCADE,
    slot_id BIGINT NOT NULL REFERENCES slot (id) ON DELETE CASCADE,
    by_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    version INT NOT NULL,
    at {instant} NOT NULL
);
CREATE INDEX proposed_time_slot ON proposed_time (slot_id);
CREATE INDEX proposed_time_by ON proposed_time (by_id);
