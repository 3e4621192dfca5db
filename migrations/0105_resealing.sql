-- Sealing anew what is kept, under another cipher profile: one row for each attempt, with the objects that it goes from and to. An
-- item's own row names the one object that opens; what an attempt left over is removed from the vault later, and said here.
-- Up Migration

create table concordat.resealing (
  id uuid primary key,
  item_id uuid not null references concordat.item,
  -- The entry that lets the key out. An attempt that goes on after a crash has that of the one before, which it names.
  entry_id uuid not null,
  resumes uuid references concordat.resealing,
  from_object text not null,
  to_object text not null unique,
  from_profile text not null,
  to_profile text not null check (to_profile <> from_profile),
  started_at timestamptz not null,
  -- Kept: the item's row names to_object. Given up: nothing of this attempt is used.
  outcome text check (outcome in ('kept', 'given-up')),
  ended_at timestamptz,
  -- The object that is not used is out of the vault.
  cleared_at timestamptz,
  check ((outcome is null) = (ended_at is null)),
  check (cleared_at is null or outcome is not null)
);
create unique index resealing_running on concordat.resealing (item_id) where outcome is null;
create index resealing_left on concordat.resealing (ended_at) where cleared_at is null;

grant select, insert on concordat.resealing to concordat_gateway;
grant update (outcome, ended_at, cleared_at) on concordat.resealing to concordat_gateway;
