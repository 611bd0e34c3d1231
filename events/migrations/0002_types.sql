-- Sessions that are for participants of some types only; one without a row here is for everybody.
CREATE TABLE session_type (
    session_id BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    type_id BIGINT NOT NULL REFERENCES participant_type (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, type_id)
);
CREATE INDEX session_type_type ON session_type (type_id);
