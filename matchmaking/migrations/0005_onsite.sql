-- Who waits for a person without time: an accepted meeting that wants the next time that is given back.
CREATE TABLE meeting_wait (
    id {id},
    meeting_id BIGINT NOT NULL UNIQUE REFERENCES meeting (id) ON DELETE CASCADE,
    waiter_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    state VARCHAR(7) NOT NULL CHECK (state IN ('waiting', 'offered', 'passed')),
    joined_at {instant} NOT NULL,
    slot_id BIGINT REFERENCES slot (id) ON DELETE SET NULL,
    table_id BIGINT REFERENCES meeting_table (id) ON DELETE SET NULL,
    until {instant},
    told_at {instant},
    CHECK ((state = 'offered') = (until IS NOT NULL))
);
CREATE INDEX meeting_wait_waiter ON meeting_wait (waiter_id);
CREATE INDEX meeting_wait_slot ON meeting_wait (slot_id);
CREATE INDEX meeting_wait_table ON meeting_wait (table_id);
CREATE INDEX meeting_wait_until ON meeting_wait (until) WHERE until IS NOT NULL;

-- What somebody says of themselves on the day.
CREATE TABLE presence (
    id {id},
    participant_id BIGINT NOT NULL UNIQUE REFERENCES participant (id) ON DELETE CASCADE,
    here_at {instant},
    standby {bool} NOT NULL,
    shown {bool} NOT NULL
);

-- Somebody waits at the table of a meeting for one who has not come yet.
CREATE TABLE absence (
    id {id},
    meeting_id BIGINT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    slot_id BIGINT NOT NULL REFERENCES slot (id) ON DELETE CASCADE,
    table_id BIGINT NOT NULL REFERENCES meeting_table (id) ON DELETE CASCADE,
    reporter_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    missing_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    at {instant} NOT NULL,
    answer VARCHAR(10) CHECK (answer IN ('coming', 'not coming')),
    ended_at {instant}
);
CREATE UNIQUE INDEX absence_open ON absence (meeting_id) WHERE ended_at IS NULL;
CREATE INDEX absence_slot ON absence (slot_id);
CREATE INDEX absence_table ON absence (table_id);
CREATE INDEX absence_reporter ON absence (reporter_id);
CREATE INDEX absence_missing ON absence (missing_id);

-- One of the two proposes to meet here and now.
CREATE TABLE stand_in (
    id {id},
    absence_id BIGINT NOT NULL REFERENCES absence (id) ON DELETE CASCADE,
    guest_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    by_guest {bool} NOT NULL,
    at {instant} NOT NULL,
    answer VARCHAR(3) CHECK (answer IN ('yes', 'no')),
    UNIQUE (absence_id, guest_id)
);
CREATE INDEX stand_in_guest ON stand_in (guest_id);

-- A screen at the hall, at a secret address.
CREATE TABLE display (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    name VARCHAR(60) NOT NULL,
    seed VARCHAR(32) NOT NULL,
    revoked {bool} NOT NULL,
    created_at {instant} NOT NULL
);
CREATE INDEX display_event ON display (event_id);
