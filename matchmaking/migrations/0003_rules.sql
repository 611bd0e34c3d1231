-- What two types of participants may do with each other. NULL stands for those without a type; a pair without a row
-- may do everything. The smaller id comes first, so a pair has one row.
CREATE TABLE rule (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    one_id BIGINT REFERENCES participant_type (id) ON DELETE CASCADE,
    other_id BIGINT REFERENCES participant_type (id) ON DELETE CASCADE,
    between_them VARCHAR(6) NOT NULL CHECK (between_them IN ('apart', 'seen', 'first', 'second', 'either')),
    CHECK (one_id IS NULL OR one_id <= other_id)
);
CREATE UNIQUE INDEX rule_pair ON rule (event_id, COALESCE(one_id, 0), COALESCE(other_id, 0));
CREATE INDEX rule_one ON rule (one_id);
CREATE INDEX rule_other ON rule (other_id);

CREATE TABLE conditions (
    id {id},
    event_id BIGINT NOT NULL UNIQUE REFERENCES event (id) ON DELETE CASCADE,
    pending INT NOT NULL CHECK (pending > 0),
    request_minutes INT NOT NULL CHECK (request_minutes BETWEEN 15 AND 14400),
    most_meetings INT CHECK (most_meetings > 0),
    pause_minutes INT NOT NULL CHECK (pause_minutes BETWEEN 0 AND 240),
    locked {bool} NOT NULL,
    interregional {bool} NOT NULL
);

CREATE TABLE type_conditions (
    id {id},
    type_id BIGINT NOT NULL UNIQUE REFERENCES participant_type (id) ON DELETE CASCADE,
    most_meetings INT CHECK (most_meetings > 0),
    accepts_at_once {bool} NOT NULL
);

-- A round that is for participants of some types only; one without a row here is for everybody.
CREATE TABLE round_type (
    round_id BIGINT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
    type_id BIGINT NOT NULL REFERENCES participant_type (id) ON DELETE CASCADE,
    PRIMARY KEY (round_id, type_id)
);
CREATE INDEX round_type_type ON round_type (type_id);

-- The times that whoever asked would take; a request without a row here takes any.
CREATE TABLE meeting_time (
    meeting_id BIGINT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    slot_id BIGINT NOT NULL REFERENCES slot (id) ON DELETE CASCADE,
    PRIMARY KEY (meeting_id, slot_id)
);
CREATE INDEX meeting_time_slot ON meeting_time (slot_id);
