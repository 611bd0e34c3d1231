CREATE TABLE support_office (
    id {id},
    organisation_id BIGINT NOT NULL UNIQUE REFERENCES organisation (id) ON DELETE CASCADE,
    at {instant} NOT NULL
);

CREATE TABLE support_region (
    id {id},
    office_id BIGINT NOT NULL REFERENCES support_office (id) ON DELETE CASCADE,
    region_id BIGINT NOT NULL UNIQUE REFERENCES region (id) ON DELETE CASCADE
);
CREATE INDEX support_region_office ON support_region (office_id);

CREATE TABLE adviser (
    id {id},
    office_id BIGINT NOT NULL REFERENCES support_office (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    at {instant} NOT NULL,
    UNIQUE (office_id, person_id)
);
CREATE INDEX adviser_person ON adviser (person_id);

CREATE TABLE support_client (
    id {id},
    person_id BIGINT NOT NULL UNIQUE REFERENCES person (id) ON DELETE CASCADE,
    office_id BIGINT REFERENCES support_office (id) ON DELETE CASCADE,
    adviser_id BIGINT REFERENCES adviser (id) ON DELETE SET NULL,
    origin VARCHAR(6) NOT NULL CHECK (origin IN ('region', 'choice', 'hand')),
    since {instant} NOT NULL,
    allowed_at {instant},
    owed {bool} NOT NULL,
    CHECK (office_id IS NOT NULL OR allowed_at IS NULL)
);
CREATE INDEX support_client_owed ON support_client (id) WHERE owed;
CREATE INDEX support_client_office ON support_client (office_id);
CREATE INDEX support_client_adviser ON support_client (adviser_id);
