CREATE TABLE consortium (
    id {id},
    call_id BIGINT NOT NULL REFERENCES call (id) ON DELETE CASCADE,
    topic_id BIGINT NOT NULL REFERENCES call_topic (id),
    title VARCHAR(120) NOT NULL,
    about VARCHAR(2000) NOT NULL,
    language VARCHAR(2) NOT NULL,
    version INT NOT NULL,
    invited INT NOT NULL,
    created_at {instant} NOT NULL,
    closed_at {instant}
);
CREATE INDEX consortium_call ON consortium (call_id);
CREATE INDEX consortium_topic ON consortium (topic_id);

CREATE TABLE consortium_part (
    id {id},
    consortium_id BIGINT NOT NULL REFERENCES consortium (id) ON DELETE CASCADE,
    role VARCHAR(12) NOT NULL CHECK (role IN (
        'raw material', 'component', 'equipment', 'integrator', 'research', 'service', 'end user', 'funder')),
    task VARCHAR(120) NOT NULL
);
CREATE INDEX consortium_part_consortium ON consortium_part (consortium_id);

CREATE TABLE consortium_member (
    id {id},
    consortium_id BIGINT NOT NULL REFERENCES consortium (id) ON DELETE CASCADE,
    email VARCHAR(254) NOT NULL,
    name VARCHAR(120) NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id) ON DELETE SET NULL,
    part_id BIGINT REFERENCES consortium_part (id) ON DELETE SET NULL,
    state VARCHAR(7) NOT NULL CHECK (state IN ('invited', 'asking', 'in')),
    coordinates {bool} NOT NULL,
    note VARCHAR(600) NOT NULL,
    at {instant} NOT NULL,
    UNIQUE (consortium_id, email)
);
CREATE INDEX consortium_member_email ON consortium_member (email);
CREATE INDEX consortium_member_part ON consortium_member (part_id);
CREATE INDEX consortium_member_organisation ON consortium_member (organisation_id);
CREATE UNIQUE INDEX consortium_coordinator ON consortium_member (consortium_id) WHERE coordinates;

ALTER TABLE meeting_group ADD COLUMN consortium_id BIGINT REFERENCES consortium (id) ON DELETE SET NULL;
CREATE INDEX meeting_group_consortium ON meeting_group (consortium_id);
