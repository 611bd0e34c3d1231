CREATE TABLE opportunity (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    kind VARCHAR(14) NOT NULL CHECK (kind IN ('offer', 'request', 'project idea', 'partner search')),
    title VARCHAR(120) NOT NULL,
    text TEXT NOT NULL,
    pilot_id BIGINT REFERENCES pilot (id) ON DELETE SET NULL,
    demo_case_id BIGINT REFERENCES demo_case (id) ON DELETE SET NULL,
    role VARCHAR(12) CHECK (role IN (
        'raw material', 'component', 'equipment', 'integrator', 'research', 'service', 'end user', 'funder')),
    trl INT CHECK (trl BETWEEN 1 AND 9),
    call_topic VARCHAR(120) NOT NULL,
    language VARCHAR(8) NOT NULL,
    answers {json} NOT NULL,
    version INT NOT NULL,
    created_at {instant} NOT NULL,
    changed_at {instant} NOT NULL,
    closed_at {instant}
);
CREATE INDEX opportunity_event ON opportunity (event_id, created_at);
CREATE INDEX opportunity_participant ON opportunity (participant_id);

CREATE TABLE origin (
    id {id},
    meeting_id BIGINT NOT NULL UNIQUE REFERENCES meeting (id) ON DELETE CASCADE,
    opportunity_id BIGINT NOT NULL REFERENCES opportunity (id) ON DELETE CASCADE
);
CREATE INDEX origin_opportunity ON origin (opportunity_id);

CREATE TABLE extra (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    label VARCHAR(120) NOT NULL,
    kind VARCHAR(17) NOT NULL CHECK (kind IN ('text', 'one of a list', 'several of a list', 'number')),
    options {json} NOT NULL,
    required {bool} NOT NULL,
    position INT NOT NULL
);
CREATE INDEX extra_event ON extra (event_id, position);

CREATE TABLE bookmark (
    id {id},
    owner_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    about_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    mark VARCHAR(12) NOT NULL CHECK (mark IN ('must meet', 'nice to meet', 'not for me')),
    UNIQUE (owner_id, about_id),
    CHECK (owner_id <> about_id)
);
CREATE INDEX bookmark_about ON bookmark (about_id);

CREATE TABLE message (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    sender_id BIGINT REFERENCES participant (id) ON DELETE CASCADE,
    recipient_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    text VARCHAR(1000) NOT NULL,
    sent_at {instant} NOT NULL,
    read_at {instant},
    CHECK (sender_id <> recipient_id)
);
CREATE INDEX message_sender ON message (sender_id, recipient_id, sent_at);
CREATE INDEX message_recipient ON message (recipient_id, sender_id, sent_at);
CREATE INDEX message_unread ON message (recipient_id) WHERE read_at IS NULL;

CREATE TABLE silence (
    id {id},
    owner_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    other_id BIGINT REFERENCES participant (id) ON DELETE CASCADE,
    UNIQUE (owner_id, other_id),
    CHECK (owner_id <> other_id)
);
CREATE UNIQUE INDEX silence_everybody ON silence (owner_id) WHERE other_id IS NULL;
CREATE INDEX silence_other ON silence (other_id);

CREATE TABLE report (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    reporter_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    reported_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    why VARCHAR(600) NOT NULL,
    quoted TEXT NOT NULL,
    state VARCHAR(22) NOT NULL CHECK (state IN ('open', 'warned', 'removed from the event', 'nothing to do')),
    settled_by_id BIGINT REFERENCES person (id) ON DELETE SET NULL,
    created_at {instant} NOT NULL,
    settled_at {instant}
);
CREATE INDEX report_event ON report (event_id, state);

CREATE TABLE outcome (
    id {id},
    meeting_id BIGINT NOT NULL REFERENCES meeting (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    said VARCHAR(18) NOT NULL CHECK (said IN ('follow-up agreed', 'held and useful', 'held', 'did not take place')),
    note VARCHAR(500) NOT NULL,
    at {instant} NOT NULL,
    UNIQUE (meeting_id, participant_id)
);
CREATE INDEX outcome_participant ON outcome (participant_id);

CREATE TABLE note (
    id {id},
    author_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    about_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    text VARCHAR(2000) NOT NULL,
    UNIQUE (author_id, about_id)
);
