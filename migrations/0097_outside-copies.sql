-- Copies that are outside the gateway: paper, and removable media. People say what they are and where; a removable medium is
-- refused until an assurance officer has approved that one; each ends destroyed, with how and who saw it, or returned.
-- Up Migration

create table concordat.outside_copy (
  id uuid primary key,
  item_id uuid not null references concordat.item,
  kind text not null check (kind in ('paper', 'removable-media')),
  -- Of paper: printed from the package, or handed over by the body that supplies. Of a medium: copied.
  origin text not null check (origin in ('printed', 'handed-over', 'copied')),
  description text not null check (length(description) between 1 and 500),
  -- Sheets of paper; one medium.
  amount integer not null check (amount between 1 and 100000),
  place text not null check (length(place) between 1 and 200),
  -- Make, model and serial number of a medium, and the day on which it is to be back.
  device text check (length(device) between 1 and 200),
  back_on date,
  state text not null check (state in ('asked', 'declined', 'handed-over', 'held', 'destroyed', 'returned')),
  registered_by uuid not null references concordat.person,
  registered_at timestamptz not null,
  answered_by uuid references concordat.person check (answered_by <> registered_by),
  answered_at timestamptz,
  answer text check (length(answer) between 1 and 4000),
  received_by uuid references concordat.person check (received_by <> registered_by),
  received_at timestamptz,
  method text check (method in ('shredding', 'pulping', 'incineration', 'secure-destruction', 'overwriting', 'erasure')),
  witness text check (length(witness) between 1 and 200),
  ended_on date,
  ended_by uuid references concordat.person,
  ended_at timestamptz,
  check ((kind = 'removable-media') = (origin = 'copied')),
  check ((kind = 'removable-media') = (device is not null and back_on is not null)),
  check ((state = 'asked') <= (kind = 'removable-media')),
  check ((state in ('asked', 'declined', 'handed-over')) <= (ended_at is null)),
  -- Nothing on a removable medium without the assurance officer's yes.
  check (kind = 'paper' or state in ('asked') or (answered_by is not null and answered_at is not null and answer is not null)),
  check ((origin = 'handed-over' and state in ('held', 'destroyed', 'returned')) = (received_by is not null and received_at is not null)),
  check ((state in ('destroyed', 'returned')) = (ended_by is not null and ended_at is not null and ended_on is not null)),
  check ((state = 'destroyed') = (method is not null and witness is not null))
);
create index outside_copy_item on concordat.outside_copy (item_id);

-- It goes one way: asked or handed over, held, ended. What was said of it stays as it was said.
create function concordat.outside_copy_goes_on() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) not in (('asked', 'held'), ('asked', 'declined'), ('handed-over', 'held'), ('held', 'destroyed'), ('held', 'returned')) then
    raise exception 'a copy that is % does not become %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end
$$;
create trigger goes_on before update of state on concordat.outside_copy for each row execute function concordat.outside_copy_goes_on();

grant select, insert on concordat.outside_copy to concordat_gateway;
grant update (state, answered_by, answered_at, answer, received_by, received_at, method, witness, ended_on, ended_by, ended_at) on concordat.outside_copy to concordat_gateway;
