-- What whoever is wanted by very many loses in everybody's list.
CREATE TABLE easing (
    id {id},
    event_id BIGINT NOT NULL UNIQUE REFERENCES event (id) ON DELETE CASCADE,
    mark VARCHAR(80) NOT NULL,
    losses {json} NOT NULL,
    begun_at {instant} NOT NULL
);
