CREATE TABLE proposal (
    id {id},
    network_id BIGINT NOT NULL REFERENCES network (id) ON DELETE CASCADE,
    kind VARCHAR(9) NOT NULL CHECK (kind IN ('demo case', 'pilot')),
    pilot_id BIGINT REFERENCES pilot (id) ON DELETE CASCADE,
    demo_case_id BIGINT REFERENCES demo_case (id) ON DELETE SET NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    author_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    status VARCHAR(9) NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'declined', 'accepted')),
    language VARCHAR(2) NOT NULL,
    title VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    stage VARCHAR(13) NOT NULL CHECK (stage IN ('learn', 'connect', 'demonstrate', 'commercialise')),
    reason VARCHAR(1000) NOT NULL,
    owed {bool} NOT NULL,
    version INT NOT NULL,
    created_at {instant} NOT NULL,
    changed_at {instant} NOT NULL,
    CHECK (kind = 'pilot' OR pilot_id IS NOT NULL)
);
CREATE INDEX proposal_network ON proposal (network_id, status);
CREATE INDEX proposal_pilot ON proposal (pilot_id);
CREATE INDEX proposal_demo_case ON proposal (demo_case_id);
CREATE INDEX proposal_organisation ON proposal (organisation_id);
CREATE INDEX proposal_author ON proposal (author_id);
CREATE INDEX proposal_owed ON proposal (changed_at) WHERE owed;

CREATE TABLE partner (
    id {id},
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    demo_case_id BIGINT REFERENCES demo_case (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    at {instant} NOT NULL
);
CREATE UNIQUE INDEX partner_of_pilot ON partner (pilot_id, organisation_id) WHERE demo_case_id IS NULL;
CREATE UNIQUE INDEX partner_of_case ON partner (demo_case_id, organisation_id) WHERE demo_case_id IS NOT NULL;
CREATE INDEX partner_pilot ON partner (pilot_id);
CREATE INDEX partner_organisation ON partner (organisation_id);
CREATE INDEX partner_person ON partner (person_id);
