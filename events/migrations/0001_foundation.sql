CREATE TABLE network (
    id {id},
    code VARCHAR(30) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    abouts {json} NOT NULL,
    founded VARCHAR(40) NOT NULL,
    website VARCHAR(300) NOT NULL
);

CREATE TABLE region (
    id {id},
    code VARCHAR(60) NOT NULL UNIQUE,
    names {json} NOT NULL,
    country VARCHAR(2) NOT NULL,
    nuts VARCHAR(8) NOT NULL
);

CREATE TABLE membership (
    id {id},
    network_id BIGINT NOT NULL REFERENCES network (id) ON DELETE CASCADE,
    region_id BIGINT NOT NULL REFERENCES region (id) ON DELETE CASCADE,
    status VARCHAR(11) NOT NULL CHECK (status IN ('full member', 'observer', 'associated')),
    start DATE,
    "end" DATE,
    notes {json} NOT NULL,
    CHECK ("end" IS NULL OR start IS NULL OR start < "end")
);
CREATE UNIQUE INDEX membership_open ON membership (network_id, region_id) WHERE "end" IS NULL;
CREATE INDEX membership_region ON membership (region_id);

CREATE TABLE pilot (
    id {id},
    network_id BIGINT NOT NULL REFERENCES network (id) ON DELETE CASCADE,
    code VARCHAR(12) NOT NULL,
    names {json} NOT NULL,
    abouts {json} NOT NULL,
    position INT NOT NULL,
    closed_at {instant},
    UNIQUE (network_id, code)
);

CREATE TABLE pilot_lead (
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    region_id BIGINT NOT NULL REFERENCES region (id) ON DELETE CASCADE,
    PRIMARY KEY (pilot_id, region_id)
);

CREATE TABLE demo_case (
    id {id},
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(200) NOT NULL,
    stage VARCHAR(13) NOT NULL CHECK (stage IN ('learn', 'connect', 'demonstrate', 'commercialise')),
    closed_at {instant},
    UNIQUE (pilot_id, code)
);

CREATE TABLE series (
    id {id},
    network_id BIGINT NOT NULL REFERENCES network (id) ON DELETE CASCADE,
    slug VARCHAR(60) NOT NULL,
    titles {json} NOT NULL,
    abouts {json} NOT NULL,
    UNIQUE (network_id, slug)
);

CREATE TABLE event (
    id {id},
    slug VARCHAR(60) NOT NULL UNIQUE,
    title VARCHAR(200) NOT NULL,
    language VARCHAR(2) NOT NULL CHECK (language IN ('en', 'pl', 'fi')),
    translations {json} NOT NULL,
    kind VARCHAR(20) NOT NULL CHECK (kind IN (
        'conference', 'brokerage event', 'workshop', 'seminar', 'briefing', 'information exchange',
        'convention', 'research seminar', 'training')),
    network_id BIGINT NOT NULL REFERENCES network (id),
    summary TEXT NOT NULL,
    venue VARCHAR(200) NOT NULL,
    city VARCHAR(80) NOT NULL,
    country VARCHAR(2) NOT NULL,
    zone VARCHAR(60) NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    version VARCHAR(40),
    about_version INT NOT NULL,
    about_changed_at {instant} NOT NULL,
    series_id BIGINT REFERENCES series (id) ON DELETE SET NULL,
    part_of_id BIGINT REFERENCES event (id) ON DELETE SET NULL,
    CHECK (first_day <= last_day)
);
CREATE INDEX event_network ON event (network_id, first_day);
CREATE INDEX event_series ON event (series_id);
CREATE INDEX event_part_of ON event (part_of_id);

CREATE TABLE room (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    name VARCHAR(120) NOT NULL,
    capacity INT CHECK (capacity > 0),
    position INT NOT NULL,
    shared {bool} NOT NULL,
    UNIQUE (event_id, name)
);

CREATE TABLE track (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    name VARCHAR(120) NOT NULL,
    colour VARCHAR(7) NOT NULL,
    position INT NOT NULL,
    UNIQUE (event_id, name)
);

CREATE TABLE session (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    room_id BIGINT REFERENCES room (id) ON DELETE SET NULL,
    track_id BIGINT REFERENCES track (id) ON DELETE SET NULL,
    title VARCHAR(250) NOT NULL,
    subtitle VARCHAR(250) NOT NULL,
    abstract TEXT NOT NULL,
    kind VARCHAR(60) NOT NULL,
    language VARCHAR(8) NOT NULL,
    translations {json} NOT NULL,
    start {instant},
    "end" {instant},
    online_url VARCHAR(500) NOT NULL,
    capacity INT CHECK (capacity > 0),
    booked INT NOT NULL CHECK (booked >= 0),
    status VARCHAR(9) NOT NULL CHECK (status IN ('confirmed', 'cancelled')),
    version INT NOT NULL,
    sequence INT NOT NULL CHECK (sequence >= 0),
    changed_at {instant} NOT NULL,
    created_at {instant} NOT NULL,
    source VARCHAR(200),
    CHECK ((start IS NULL) = ("end" IS NULL)),
    CHECK (start < "end"),
    CHECK (capacity IS NULL OR booked <= capacity),
    UNIQUE (event_id, source)
);
CREATE INDEX session_event ON session (event_id, start);
CREATE INDEX session_room ON session (room_id, start);
CREATE INDEX session_track ON session (track_id);

CREATE TABLE session_pilot (
    session_id BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    pilot_id BIGINT NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, pilot_id)
);
CREATE INDEX session_pilot_pilot ON session_pilot (pilot_id);

CREATE TABLE organisation (
    id {id},
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(23) NOT NULL CHECK (kind IN (
        'company', 'cluster', 'research institution', 'business support office', 'public authority')),
    region_id BIGINT NOT NULL REFERENCES region (id),
    website VARCHAR(300) NOT NULL,
    UNIQUE (name, region_id)
);
CREATE INDEX organisation_region ON organisation (region_id);

CREATE TABLE participant_type (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    name VARCHAR(60) NOT NULL,
    position INT NOT NULL,
    open {bool} NOT NULL,
    UNIQUE (event_id, name)
);

CREATE TABLE participant (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    person_id BIGINT REFERENCES person (id) ON DELETE CASCADE,
    organisation_id BIGINT REFERENCES organisation (id) ON DELETE SET NULL,
    type_id BIGINT REFERENCES participant_type (id) ON DELETE SET NULL,
    kind VARCHAR(14) NOT NULL CHECK (kind IN ('delegate', 'speaker', 'organiser', 'support office', 'desk staff')),
    status VARCHAR(9) NOT NULL CHECK (status IN ('pending', 'approved', 'returned', 'withdrawn')),
    status_reason VARCHAR(500) NOT NULL,
    name VARCHAR(120) NOT NULL,
    position VARCHAR(120) NOT NULL,
    source VARCHAR(200),
    created_at {instant} NOT NULL,
    UNIQUE (event_id, person_id),
    UNIQUE (event_id, source)
);
CREATE INDEX participant_person ON participant (person_id);
CREATE INDEX participant_organisation ON participant (organisation_id);
CREATE INDEX participant_of_type ON participant (type_id);

CREATE TABLE session_speaker (
    session_id BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    PRIMARY KEY (session_id, participant_id)
);
CREATE INDEX session_speaker_participant ON session_speaker (participant_id);

CREATE TABLE booking (
    id {id},
    session_id BIGINT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    participant_id BIGINT NOT NULL REFERENCES participant (id) ON DELETE CASCADE,
    created_at {instant} NOT NULL,
    UNIQUE (session_id, participant_id)
);
CREATE INDEX booking_participant ON booking (participant_id);

CREATE TABLE upload (
    id {id},
    event_id BIGINT NOT NULL UNIQUE REFERENCES event (id) ON DELETE CASCADE,
    name VARCHAR(200) NOT NULL,
    document {bytes} NOT NULL,
    at {instant} NOT NULL
);

CREATE TABLE release (
    id {id},
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    version VARCHAR(40) NOT NULL,
    revision BIGINT NOT NULL,
    note TEXT NOT NULL,
    by_id BIGINT REFERENCES person (id) ON DELETE SET NULL,
    at {instant} NOT NULL,
    UNIQUE (event_id, version)
);
