CREATE TABLE follow_up (
    id {id},
    participant_id BIGINT NOT NULL UNIQUE REFERENCES participant (id) ON DELETE CASCADE,
    asked_at {instant} NOT NULL,
    came_of VARCHAR(13) CHECK (came_of IN ('contract', 'project', 'still talking', 'nothing')),
    note VARCHAR(500) NOT NULL,
    answered_at {instant},
    CHECK ((came_of IS NULL) = (answered_at IS NULL))
);
