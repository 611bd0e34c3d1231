CREATE TABLE call (
    id {id},
    network_id BIGINT NOT NULL REFERENCES network (id) ON DELETE CASCADE,
    region_id BIGINT REFERENCES region (id) ON DELETE SET NULL,
    status VARCHAR(9) NOT NULL CHECK (status IN ('draft', 'open', 'published')),
    language VARCHAR(2) NOT NULL,
    titles {json} NOT NULL,
    texts {json} NOT NULL,
    eligibility {json} NOT NULL,
    budget BIGINT NOT NULL CHECK (budget > 0),
    currency VARCHAR(3) NOT NULL,
    most BIGINT CHECK (most > 0 AND most <= budget),
    granted BIGINT NOT NULL CHECK (granted >= 0 AND granted <= budget),
    deadline {instant} NOT NULL,
    zone VARCHAR(60) NOT NULL,
    version INT NOT NULL,
    created_at {instant} NOT NULL,
    changed_at {instant} NOT NULL,
    published_at {instant}
);
CREATE INDEX call_network ON call (network_id, deadline);
CREATE INDEX call_deadline ON call (deadline);

CREATE TABLE call_pilot (
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    PRIMARY KEY (call_id, pilot_id)
);
CREATE INDEX call_pilot_pilot ON call_pilot (pilot_id);

CREATE TABLE call_topic (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    code VARCHAR(40) NOT NULL,
    titles {json} NOT NULL,
    UNIQUE (call_id, code)
);

CREATE TABLE call_criterion (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    titles {json} NOT NULL,
    weight INT NOT NULL CHECK (weight > 0),
    most INT NOT NULL CHECK (most > 0)
);
CREATE INDEX call_criterion_call ON call_criterion (call_id);

CREATE TABLE call_officer (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    role VARCHAR(11) NOT NULL CHECK (role IN ('coordinator', 'reviewer')),
    email VARCHAR(254) NOT NULL,
    name VARCHAR(120) NOT NULL,
    organisation VARCHAR(200) NOT NULL,
    UNIQUE (call_id, role, email)
);
CREATE INDEX call_officer_email ON call_officer (email);

CREATE TABLE call_proposal (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    topic_id BIGINT REFERENCES call_topic (id),
    status VARCHAR(9) NOT NULL CHECK (status IN ('draft', 'submitted', 'withdrawn')),
    language VARCHAR(2) NOT NULL,
    title VARCHAR(200) NOT NULL,
    summary TEXT NOT NULL,
    amount BIGINT CHECK (amount > 0),
    version INT NOT NULL,
    created_at {instant} NOT NULL,
    changed_at {instant} NOT NULL,
    submitted_at {instant},
    CHECK (status <> 'submitted' OR (amount IS NOT NULL AND submitted_at IS NOT NULL))
);
CREATE INDEX call_proposal_call ON call_proposal (call_id, status);
CREATE INDEX call_proposal_organisation ON call_proposal (organisation_id);
CREATE INDEX call_proposal_topic ON call_proposal (topic_id);

CREATE TABLE call_proposal_pilot (
    proposal_id BIGINT NOT NULL REFERENCES call_proposal (id) ON DELETE CASCADE,
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    PRIMARY KEY (proposal_id, pilot_id)
);
CREATE INDEX call_proposal_pilot_pilot ON call_proposal_pilot (pilot_id);

CREATE TABLE call_author (
    id {id},
    proposal_id BIGINT NOT NULL REFERENCES call_proposal (id) ON DELETE CASCADE,
    email VARCHAR(254) NOT NULL,
    name VARCHAR(120) NOT NULL,
    UNIQUE (proposal_id, email)
);
CREATE INDEX call_author_email ON call_author (email);

CREATE TABLE call_file (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    proposal_id BIGINT REFERENCES call_proposal (id) ON DELETE CASCADE,
    name VARCHAR(150) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    size INT NOT NULL CHECK (size > 0),
    at {instant} NOT NULL
);
CREATE INDEX call_file_call ON call_file (call_id);
CREATE INDEX call_file_proposal ON call_file (proposal_id);

CREATE TABLE call_file_content (
    file_id BIGINT PRIMARY KEY REFERENCES call_file (id) ON DELETE CASCADE,
    content {bytes} NOT NULL
);

CREATE TABLE call_review (
    id {id},
    proposal_id BIGINT NOT NULL REFERENCES call_proposal (id) ON DELETE CASCADE,
    reviewer_id BIGINT NOT NULL REFERENCES call_officer (id),
    status VARCHAR(20) NOT NULL CHECK (status IN ('draft', 'final', 'conflict of interest')),
    points {json} NOT NULL,
    comment TEXT NOT NULL,
    version INT NOT NULL,
    UNIQUE (proposal_id, reviewer_id)
);
CREATE INDEX call_review_reviewer ON call_review (reviewer_id);

CREATE TABLE call_decision (
    id {id},
    proposal_id BIGINT NOT NULL UNIQUE REFERENCES call_proposal (id) ON DELETE CASCADE,
    verdict VARCHAR(12) NOT NULL CHECK (verdict IN ('granted', 'reserve list', 'not granted')),
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at {instant} NOT NULL,
    CHECK ((verdict = 'granted') = (amount > 0))
);

CREATE TABLE call_briefing (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    session_id BIGINT REFERENCES session (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX call_briefing_event ON call_briefing (call_id, event_id) WHERE session_id IS NULL;
CREATE UNIQUE INDEX call_briefing_session ON call_briefing (call_id, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX call_briefing_of_event ON call_briefing (event_id);
CREATE INDEX call_briefing_of_session ON call_briefing (session_id);

CREATE TABLE call_letter (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    proposal_id BIGINT REFERENCES call_proposal (id) ON DELETE CASCADE,
    kind VARCHAR(10) NOT NULL CHECK (kind IN (
        'named', 'reviewing', 'receipt', 'withdrawal', 'deadline', 'decision', 'invited', 'asked', 'joined', 'gathering')),
    email VARCHAR(254) NOT NULL,
    name VARCHAR(120) NOT NULL,
    data {json} NOT NULL,
    at {instant} NOT NULL,
    queued_at {instant}
);
CREATE INDEX call_letter_owed ON call_letter (at) WHERE queued_at IS NULL;
