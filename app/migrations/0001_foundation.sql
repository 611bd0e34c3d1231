CREATE TABLE person (
    id {id},
    email VARCHAR(254) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    language VARCHAR(8) NOT NULL,
    admin {bool} NOT NULL,
    invited_by_mail {bool} NOT NULL,
    remind_minutes INT CHECK (remind_minutes >= 0),
    evening_digest {bool} NOT NULL,
    request_digest {bool} NOT NULL,
    news_digest {bool} NOT NULL,
    message_digest {bool} NOT NULL,
    support_mails {bool} NOT NULL,
    receipt_mails {bool} NOT NULL,
    created_at {instant} NOT NULL
);

CREATE TABLE sign_in_link (
    id {id},
    email VARCHAR(254) NOT NULL,
    token_hash VARCHAR(64) NOT NULL UNIQUE,
    browser_hash VARCHAR(64) NOT NULL,
    asked_from VARCHAR(64) NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    used_at {instant}
);
CREATE INDEX sign_in_link_email ON sign_in_link (email, created_at);
CREATE INDEX sign_in_link_asked_from ON sign_in_link (asked_from, created_at);

CREATE TABLE sign_in (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    token_hash VARCHAR(64) NOT NULL UNIQUE,
    user_agent VARCHAR(200) NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
);
CREATE INDEX sign_in_person ON sign_in (person_id);

CREATE TABLE journal (
    scope VARCHAR(40) PRIMARY KEY,
    revision BIGINT NOT NULL CHECK (revision >= 0)
);

CREATE TABLE change (
    id {id},
    scope VARCHAR(40) NOT NULL REFERENCES journal (scope),
    revision BIGINT NOT NULL,
    kind VARCHAR(60) NOT NULL,
    subject VARCHAR(40) NOT NULL,
    subject_id BIGINT NOT NULL,
    by VARCHAR(60) NOT NULL,
    at {instant} NOT NULL,
    topics {json} NOT NULL,
    data {json} NOT NULL
);
CREATE INDEX change_revision ON change (scope, revision);
CREATE INDEX change_subject ON change (subject, subject_id);

CREATE TABLE topic (
    id {id},
    scope VARCHAR(40) NOT NULL,
    name VARCHAR(40) NOT NULL,
    revision BIGINT NOT NULL,
    at {instant} NOT NULL,
    settled BIGINT NOT NULL DEFAULT 0,
    unsettled_since {instant} NOT NULL,
    UNIQUE (scope, name)
);
CREATE INDEX topic_name ON topic (name);
CREATE INDEX topic_unsettled ON topic (at) WHERE settled < revision;

-- Nobody and nothing in two places at once: a cell is five minutes (app.intervals.cells).
CREATE TABLE occupancy (
    resource VARCHAR(40) NOT NULL,
    cell BIGINT NOT NULL,
    holder VARCHAR(40) NOT NULL,
    PRIMARY KEY (resource, cell)
);
CREATE INDEX occupancy_holder ON occupancy (holder);

CREATE TABLE invitation (
    id {id},
    uid VARCHAR(255) NOT NULL UNIQUE,
    scope VARCHAR(40) NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    subject VARCHAR(60) NOT NULL,
    sequence INT NOT NULL CHECK (sequence >= 0),
    told {json} NOT NULL,
    cancelled {bool} NOT NULL,
    UNIQUE (person_id, subject)
);
CREATE INDEX invitation_scope ON invitation (scope, person_id);

CREATE TABLE mail (
    id {id},
    scope VARCHAR(40) NOT NULL,
    message_id VARCHAR(255) NOT NULL UNIQUE,
    sender VARCHAR(254) NOT NULL,
    recipient VARCHAR(254) NOT NULL,
    subject VARCHAR(255) NOT NULL,
    body {bytes} NOT NULL,
    uid VARCHAR(255),
    sequence INT,
    state VARCHAR(10) NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'superseded')),
    attempts INT NOT NULL CHECK (attempts >= 0),
    due_at {instant} NOT NULL,
    leased_until {instant},
    error TEXT,
    created_at {instant} NOT NULL,
    sent_at {instant}
);
CREATE INDEX mail_due ON mail (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX mail_uid ON mail (uid, id) WHERE state IN ('queued', 'sending');
CREATE INDEX mail_scope ON mail (scope, id);

-- Nobody is reminded of the same thing twice.
CREATE TABLE reminder (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    kind VARCHAR(8) NOT NULL CHECK (kind IN ('soon', 'evening', 'requests', 'news', 'messages', 'support')),
    key VARCHAR(100) NOT NULL,
    at {instant} NOT NULL,
    UNIQUE (person_id, kind, key)
);

CREATE TABLE feed (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    scope VARCHAR(40) NOT NULL,
    version INT NOT NULL CHECK (version > 0),
    token_hash VARCHAR(64) NOT NULL UNIQUE,
    revoked {bool} NOT NULL,
    created_at {instant} NOT NULL,
    used_at {instant},
    used_by VARCHAR(120) NOT NULL
);
CREATE UNIQUE INDEX feed_live ON feed (person_id, scope) WHERE NOT revoked;
