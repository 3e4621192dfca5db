-- The tamper-evident ledger: entries written in the caller's transaction, the outbox that the sequencer empties, the RFC 6962 tree
-- that it grows, and the signed checkpoints. Entries, leaves, tiles and checkpoints are insert-only for every role that we grant;
-- triggers refuse the owner's own slips. Nothing here stops a superuser: that is what checkpoints held elsewhere are for.
-- There are no foreign keys onto ledger.entry: old entries are pruned one day, and each would cost a look-up for every row.
-- Up Migration

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'ledger.% is insert-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end
$$;

-- The bytes that are hashed are the bytes that are stored (RFC 8785 text; leaf hash of RFC 6962 section 2.1).
create table ledger.entry (
  id uuid primary key,
  body bytea not null check (octet_length(body) between 1 and 16384),
  leaf_hash bytea not null check (leaf_hash = sha256('\x00'::bytea || body)),
  recorded_at timestamptz not null
);

-- What waits for a number. The position orders dependent transactions; the sequencer never asks for "position > last",
-- because transactions commit out of order and a late one would be lost.
create table ledger.outbox (
  position bigint generated always as identity primary key,
  entry_id uuid not null unique,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

create table ledger.leaf (
  seq bigint primary key check (seq >= 0),
  entry_id uuid not null unique,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
);

-- Full tiles of 256 hashes only (C2SP tlog-tiles); partial ones are the edge of the head.
create table ledger.tile (
  level smallint not null check (level between 0 and 63),
  idx bigint not null check (idx >= 0),
  data bytea not null check (octet_length(data) = 8192),
  primary key (level, idx)
);

create table ledger.head (
  singleton boolean primary key default true check (singleton),
  size bigint not null check (size >= 0),
  root bytea not null check (octet_length(root) = 32),
  edge bytea not null check (octet_length(edge) % 32 = 0),
  version bigint not null check (version >= 0),
  epoch integer not null check (epoch >= 1)
);
insert into ledger.head (size, root, edge, version, epoch) values (0, sha256(''::bytea), ''::bytea, 0, 1);

-- One row a size: two roots for one size cannot stand in one database.
create table ledger.checkpoint (
  size bigint primary key check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  note text not null check (note <> ''),
  published_at timestamptz not null
);

-- The only place of personal data: to forget is to delete rows here. People are searched for here too, so that
-- ledger.index never names one.
create table ledger.secret (
  entry_id uuid not null,
  field text not null,
  salt bytea not null check (octet_length(salt) = 32),
  value text not null,
  primary key (entry_id, field)
);
create index secret_actor on ledger.secret (value, entry_id) where field = 'actor.username';
create index secret_person on ledger.secret (value, entry_id) where field like 'subjects.%';

-- Search, in the entry's own transaction. entry_id is time-ordered (RFC 9562 UUIDv7), so that one index serves filter, period
-- and page.
create table ledger.index (
  kind text not null check (kind in ('type', 'process', 'transfer', 'item', 'inspection', 'key', 'decision', 'correlation')),
  key text not null,
  entry_id uuid not null,
  primary key (kind, key, entry_id)
);

-- The head only grows, one version at a time, and never past or short of its leaves: the numbers are dense.
create function ledger.check_head() returns trigger language plpgsql as $$
declare
  added bigint;
  last bigint;
begin
  if new.version <> old.version + 1 or new.size <= old.size or new.epoch < old.epoch then
    raise exception 'ledger.head may only grow: size % to %, version % to %', old.size, new.size, old.version, new.version;
  end if;
  select count(*), max(seq) into added, last from ledger.leaf where seq >= old.size;
  if added <> new.size - old.size or last <> new.size - 1 then
    raise exception 'ledger.head says size % but % leaves follow %, the last being %', new.size, added, old.size, last;
  end if;
  return new;
end
$$;

create trigger insert_only before update or delete or truncate on ledger.entry for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.leaf for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.tile for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.checkpoint for each statement execute function ledger.refuse_change();
create trigger never_changed before update or truncate on ledger.outbox for each statement execute function ledger.refuse_change();
create trigger never_changed before update or truncate on ledger.secret for each statement execute function ledger.refuse_change();
create trigger never_changed before update or truncate on ledger.index for each statement execute function ledger.refuse_change();
create trigger never_removed before delete or truncate on ledger.head for each statement execute function ledger.refuse_change();
create trigger only_grows before update on ledger.head for each row execute function ledger.check_head();

grant select, insert on ledger.entry to concordat_gateway;
grant select, insert on ledger.outbox to concordat_gateway;
grant select, insert on ledger.secret to concordat_gateway;
grant select, insert on ledger.index to concordat_gateway;
grant select on ledger.leaf to concordat_gateway;
grant select on ledger.tile to concordat_gateway;
grant select on ledger.head to concordat_gateway;
grant select on ledger.checkpoint to concordat_gateway;

grant select on ledger.entry to concordat_ledger;
grant select, delete on ledger.outbox to concordat_ledger;
grant select, insert on ledger.leaf to concordat_ledger;
grant select, insert on ledger.tile to concordat_ledger;
grant select, update on ledger.head to concordat_ledger;
grant select, insert on ledger.checkpoint to concordat_ledger;
