-- Who waits for a seat in a full session. An offer holds one seat until its deadline.
CREATE TABLE wait (
    id {id},
    session_id BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    state VARCHAR(7) NOT NULL CHECK (state IN ('waiting', 'offered', 'passed')),
    ahead {bool} NOT NULL,
    joined_at {instant} NOT NULL,
    until {instant},
    told_at {instant},
    CHECK ((state = 'offered') = (until IS NOT NULL)),
    UNIQUE (session_id, participant_id)
);
CREATE INDEX wait_participant ON wait (participant_id);
CREATE INDEX wait_until ON wait (until) WHERE until IS NOT NULL;

CREATE TABLE offer_terms (
    id {id},
    event_id BIGINT NOT NULL UNIQUE REFERENCES event (id) ON DELETE CASCADE,
    minutes INT NOT NULL CHECK (minutes BETWEEN 5 AND 1440)
);
