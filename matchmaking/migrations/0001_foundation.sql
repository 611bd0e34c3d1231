CREATE TABLE profile (
    id {id},
    participant_id BIGINT NOT NULL UNIQUE REFERENCES participant (id) ON DELETE CASCADE,
    about TEXT NOT NULL,
    languages {json} NOT NULL,
    status VARCHAR(8) NOT NULL CHECK (status IN ('pending', 'approved', 'returned')),
    status_reason VARCHAR(500) NOT NULL,
    most_meetings INT CHECK (most_meetings >= 0),
    version INT NOT NULL
);

CREATE TABLE interest (
    id {id},
    profile_id BIGINT NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    demo_case_id BIGINT REFERENCES demo_case (id) ON DELETE SET NULL,
    role VARCHAR(12) NOT NULL CHECK (role IN (
        'raw material', 'component', 'equipment', 'integrator', 'research', 'service', 'end user', 'funder')),
    offers {json} NOT NULL,
    needs {json} NOT NULL,
    trl INT CHECK (trl BETWEEN 1 AND 9)
);
CREATE INDEX interest_profile ON interest (profile_id);
CREATE INDEX interest_pilot ON interest (pilot_id);

CREATE TABLE round (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    name VARCHAR(120) NOT NULL,
    start {instant} NOT NULL,
    "end" {instant} NOT NULL,
    slot_minutes INT NOT NULL CHECK (slot_minutes BETWEEN 5 AND 480),
    break_minutes INT NOT NULL CHECK (break_minutes BETWEEN 0 AND 240),
    place VARCHAR(120) NOT NULL,
    mode VARCHAR(9) NOT NULL CHECK (mode IN ('asking', 'accepting', 'schedule')),
    location VARCHAR(7) NOT NULL CHECK (location IN ('on-site', 'online', 'hybrid')),
    link VARCHAR(300) NOT NULL,
    opens_at {instant},
    closes_at {instant},
    most_meetings INT CHECK (most_meetings > 0),
    CHECK (start < "end"),
    CHECK (opens_at < closes_at)
);
CREATE INDEX round_event ON round (event_id, start);

CREATE TABLE slot (
    id {id},
    round_id BIGINT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
    start {instant} NOT NULL,
    "end" {instant} NOT NULL,
    UNIQUE (round_id, start),
    CHECK (start < "end")
);

CREATE TABLE meeting_table (
    id {id},
    round_id BIGINT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
    number INT NOT NULL CHECK (number > 0),
    lost_from {instant},
    line {bool} NOT NULL,
    host_id BIGINT REFERENCES participant (id) ON DELETE SET NULL,
    house_id BIGINT REFERENCES organisation (id) ON DELETE SET NULL,
    UNIQUE (round_id, number),
    CHECK (host_id IS NULL OR house_id IS NULL)
);
CREATE INDEX meeting_table_host ON meeting_table (host_id);
CREATE INDEX meeting_table_house ON meeting_table (house_id);

CREATE TABLE availability (
    id {id},
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    round_id BIGINT NOT NULL REFERENCES round (id) ON DELETE CASCADE,
    UNIQUE (participant_id, round_id)
);
CREATE INDEX availability_round ON availability (round_id);

CREATE TABLE block (
    id {id},
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    start {instant} NOT NULL,
    "end" {instant} NOT NULL,
    note VARCHAR(120) NOT NULL,
    CHECK (start < "end")
);
CREATE INDEX block_participant ON block (participant_id);

CREATE TABLE meeting_group (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    demo_case_id BIGINT REFERENCES demo_case (id),
    title VARCHAR(120) NOT NULL,
    about VARCHAR(600) NOT NULL,
    seats INT NOT NULL CHECK (seats BETWEEN 3 AND 6),
    proposer_id BIGINT REFERENCES participant (id) ON DELETE SET NULL,
    status VARCHAR(9) NOT NULL CHECK (status IN ('gathering', 'meeting', 'cancelled')),
    reason VARCHAR(500) NOT NULL,
    created_at {instant} NOT NULL
);
CREATE INDEX meeting_group_event ON meeting_group (event_id, status);

CREATE TABLE meeting (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    asker_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    invitee_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    status VARCHAR(9) NOT NULL CHECK (status IN ('requested', 'accepted', 'declined', 'cancelled', 'expired')),
    message VARCHAR(600) NOT NULL,
    reason VARCHAR(500) NOT NULL,
    slot_id BIGINT REFERENCES slot (id),
    table_id BIGINT REFERENCES meeting_table (id),
    house_id BIGINT REFERENCES organisation (id) ON DELETE SET NULL,
    group_id BIGINT REFERENCES meeting_group (id),
    unaided {bool} NOT NULL,
    fixed {bool} NOT NULL,
    link VARCHAR(300) NOT NULL,
    expires_at {instant},
    version INT NOT NULL,
    sequence INT NOT NULL CHECK (sequence >= 0),
    changed_at {instant} NOT NULL,
    created_at {instant} NOT NULL,
    CHECK (asker_id <> invitee_id),
    CHECK ((slot_id IS NULL) = (table_id IS NULL)),
    CHECK (slot_id IS NULL OR status IN ('accepted', 'cancelled'))
);
CREATE INDEX meeting_event ON meeting (event_id, status);
CREATE INDEX meeting_asker ON meeting (asker_id, status);
CREATE INDEX meeting_invitee ON meeting (invitee_id, status);
CREATE UNIQUE INDEX meeting_place ON meeting (slot_id, table_id) WHERE status = 'accepted' AND slot_id IS NOT NULL;
CREATE INDEX meeting_slot ON meeting (slot_id);
CREATE INDEX meeting_of_group ON meeting (group_id);
-- One live meeting a pair, whoever asked; in a group they may meet besides.
CREATE UNIQUE INDEX meeting_pair ON meeting (
    (CASE WHEN asker_id < invitee_id THEN asker_id ELSE invitee_id END),
    (CASE WHEN asker_id < invitee_id THEN invitee_id ELSE asker_id END)
) WHERE status IN ('requested', 'accepted') AND group_id IS NULL;

CREATE TABLE draft (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    by_id BIGINT REFERENCES person (id) ON DELETE SET NULL,
    state VARCHAR(9) NOT NULL CHECK (state IN ('queued', 'running', 'ready', 'failed', 'released', 'discarded')),
    revision BIGINT NOT NULL,
    seed INT NOT NULL,
    seconds INT NOT NULL CHECK (seconds > 0),
    kind VARCHAR(7) NOT NULL CHECK (kind IN ('whole', 'waiting', 'mend', 'wishes')),
    terms {json} NOT NULL,
    progress {json} NOT NULL,
    plan {json},
    error TEXT NOT NULL,
    leased_until {instant},
    created_at {instant} NOT NULL,
    released_at {instant}
);
CREATE INDEX draft_event ON draft (event_id, id);
CREATE INDEX draft_waiting ON draft (state) WHERE state IN ('queued', 'running');
