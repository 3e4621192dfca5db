-- Retention that people can move and stop, always by a recorded act: holds with a reason and two people to lift them, dates of
-- which both the old and the new stay, and shelves apart for what must stay when the rest of its shelf goes (S2, S13).
-- Up Migration

-- A shelf for one date of one owner, or apart: for one item that something holds. `retiring` takes no more items: what is to
-- stay moves off before its key is destroyed.
alter table concordat.shelf
  add column kind text not null default 'date' check (kind in ('date', 'apart')),
  add column item_id uuid references concordat.item,
  alter column destroy_on drop not null,
  drop constraint shelf_state_check,
  add constraint shelf_state_check check (state in ('open', 'retiring', 'destroying', 'destroyed')),
  add constraint shelf_kind check ((kind = 'date') = (destroy_on is not null) and (kind = 'apart') = (item_id is not null));
create unique index shelf_apart on concordat.shelf (item_id, generation) where kind = 'apart';

-- Every shelf that an item's key ever lay on. While one of their keys lives, an old copy of the row opens with it; so an item
-- counts as destroyed only when all of them are. Written by the database itself, so that no statement can forget it.
create table concordat.item_shelf (
  item_id uuid not null references concordat.item,
  shelf_ref text not null references concordat.shelf,
  put_at timestamptz not null default now(),
  primary key (item_id, shelf_ref)
);
insert into concordat.item_shelf (item_id, shelf_ref, put_at) select id, shelf_ref, clock_started_at from concordat.item;
create index item_shelf_ref on concordat.item_shelf (shelf_ref);

create function concordat.remember_shelf() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into concordat.item_shelf (item_id, shelf_ref) values (new.id, new.shelf_ref) on conflict do nothing;
  return null;
end
$$;
create trigger remember_shelf after insert or update of shelf_ref on concordat.item
  for each row execute function concordat.remember_shelf();

-- What consents end before the schedule does (S16): the earlier date counts.
alter table concordat.item
  add column consent_until date,
  add constraint item_consent check (consent_until is null or destroy_on <= consent_until);
create index item_shelf_sealed on concordat.item (shelf_ref) where state = 'sealed';

-- Each move of a clock: who, why, and both dates, for ever.
create table concordat.retention_change (
  id uuid primary key,
  item_id uuid not null references concordat.item,
  means text not null check (means in ('date', 'class', 'schedule', 'consent')),
  class_before text not null,
  class_after text not null,
  version_before text not null,
  version_after text not null,
  destroy_on_before date not null,
  destroy_on_after date not null,
  changed_by uuid not null references concordat.person,
  changed_at timestamptz not null,
  reason text not null check (length(reason) between 1 and 4000)
);
create index retention_change_item on concordat.retention_change (item_id);

-- The clock of an item moves only with such a row, written in the same transaction; its start never moves.
create function concordat.clock_moves_by_act() returns trigger language plpgsql as $$
begin
  if new.clock_started_at is distinct from old.clock_started_at or new.schedule_owner is distinct from old.schedule_owner then
    raise exception 'the start of a clock and its schedule''s owner never change';
  end if;
  if (new.destroy_on, new.retention_class, new.schedule_version, new.consent_until)
       is distinct from (old.destroy_on, old.retention_class, old.schedule_version, old.consent_until)
     and not exists (
       select from concordat.retention_change c
       where c.item_id = new.id and c.xmin = pg_current_xact_id()::xid
         and (c.destroy_on_before, c.destroy_on_after) = (old.destroy_on, new.destroy_on)
         and (c.class_after, c.version_after) = (new.retention_class, new.schedule_version)) then
    raise exception 'the clock of an item moves only by a recorded act';
  end if;
  return new;
end
$$;
create trigger clock_moves_by_act before update on concordat.item
  for each row execute function concordat.clock_moves_by_act();

-- A hold: why, until when somebody looks again, and the two people who lift it.
alter table concordat.hold
  add column kind text not null default 'inquiry' check (kind in ('incident', 'prosecution', 'inquiry', 'subject-request')),
  add column reason text not null default 'Placed before reasons were kept.' check (length(reason) between 1 and 4000),
  add column review_on date,
  add column lift_asked_by uuid references concordat.person,
  add column lift_asked_at timestamptz,
  add column lift_reason text check (length(lift_reason) between 1 and 4000),
  add column lifted_by uuid references concordat.person;
update concordat.hold set review_on = (placed_at at time zone 'Europe/London')::date + 90 where review_on is null;
alter table concordat.hold
  alter column kind drop default,
  alter column reason drop default,
  alter column review_on set not null,
  add constraint hold_lift_asked check ((lift_asked_by is null) = (lift_asked_at is null) and (lift_asked_by is null) = (lift_reason is null)),
  -- Lifted before two people were asked for: those stay as they were.
  add constraint hold_lifted_by_two check ((lifted_at is null) = (lifted_by is null) and (lifted_by is null or lifted_by <> lift_asked_by)) not valid,
  add constraint hold_asked_first check (lifted_by is null or lift_asked_by is not null);

-- What can be returned is offered first, where the agreement says so (imb-2024/iss-return-first, S11).
create table concordat.return_offer (
  item_id uuid primary key references concordat.item,
  offered_by uuid not null references concordat.person,
  offered_at timestamptz not null
);
create table concordat.return_answer (
  item_id uuid not null references concordat.return_offer,
  party text not null,
  answered_by uuid not null references concordat.person,
  answered_at timestamptz not null,
  returnable boolean not null,
  primary key (item_id, party)
);

grant select on concordat.item_shelf, concordat.retention_change, concordat.return_offer, concordat.return_answer to concordat_gateway;
grant insert on concordat.retention_change, concordat.return_offer, concordat.return_answer to concordat_gateway;
grant insert, update on concordat.hold to concordat_gateway;
