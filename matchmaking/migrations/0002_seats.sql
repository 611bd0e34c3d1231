CREATE TABLE seat (
    id {id},
    meeting_id BIGINT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    role VARCHAR(11) NOT NULL CHECK (role IN ('colleague', 'member', 'interpreter')),
    UNIQUE (meeting_id, participant_id)
);
CREATE INDEX seat_participant ON seat (participant_id);

-- Who holds to the time of a meeting; NULL: the organisers do.
CREATE TABLE keep (
    id {id},
    meeting_id BIGINT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    participant_id BIGINT REFERENCES participant (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX keep_once ON keep (meeting_id, (coalesce(participant_id, 0)));
CREATE INDEX keep_participant ON keep (participant_id);

CREATE TABLE group_member (
    id {id},
    group_id BIGINT NOT NULL REFERENCES meeting_group (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    UNIQUE (group_id, participant_id)
);
CREATE INDEX group_member_participant ON group_member (participant_id);

CREATE TABLE interpreter (
    id {id},
    participant_id BIGINT NOT NULL UNIQUE REFERENCES participant (id) ON DELETE CASCADE,
    languages {json} NOT NULL
);
