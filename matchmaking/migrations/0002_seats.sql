CREATE TABLE seat (
    id {id},
    meeting_id BIGINT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    role VARCHAR(11) NOT NULL CHECK (role IN ('colleague', 'member', 'interpreter')),
    UNIQUE (meeting_id, participant_id)
);
CREATE INDEX seat_participant ON seat (participant_id);
