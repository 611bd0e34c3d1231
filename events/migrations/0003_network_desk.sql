CREATE TABLE network_role (
    id {id},
    network_id BIGINT NOT NULL REFERENCES network (id) ON DELETE CASCADE,
    pilot_id BIGINT REFERENCES pilot (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    at {instant} NOT NULL
);
CREATE UNIQUE INDEX network_role_whole ON network_role (network_id, person_id) WHERE pilot_id IS NULL;
CREATE UNIQUE INDEX network_role_pilot ON network_role (pilot_id, person_id) WHERE pilot_id IS NOT NULL;
CREATE INDEX network_role_network ON network_role (network_id);
CREATE INDEX network_role_person ON network_role (person_id);

CREATE TABLE follow (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    at {instant} NOT NULL,
    UNIQUE (person_id, pilot_id)
);
CREATE INDEX follow_pilot ON follow (pilot_id);

CREATE TABLE listing (
    id {id},
    person_id BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    position VARCHAR(120) NOT NULL,
    at {instant} NOT NULL,
    UNIQUE (person_id, organisation_id)
);
CREATE INDEX listing_organisation ON listing (organisation_id);

CREATE TABLE attendance (
    id {id},
    participant_id BIGINT NOT NULL UNIQUE REFERENCES participant (id) ON DELETE CASCADE,
    at {instant} NOT NULL
);

CREATE TABLE question (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    asker_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    text VARCHAR(1000) NOT NULL,
    answer TEXT NOT NULL,
    answerer_id BIGINT REFERENCES participant (id) ON DELETE SET NULL,
    at {instant} NOT NULL
);
CREATE INDEX question_event ON question (event_id, at);
