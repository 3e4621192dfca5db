-- A ledger that cannot be continued is closed and kept as evidence, and a new tree begins whose first entry commits to its head.
-- Only the owner does it: an operator's act after a restore. Entries stay where they are; what moves is the tree.
-- Up Migration

create table ledger.closed_epoch (
  epoch integer primary key,
  origin text not null,
  -- The largest tree that was signed, wherever that is known from; the database may hold less of it.
  size bigint not null check (size >= 0),
  root bytea not null check (octet_length(root) = 32),
  kept bigint not null check (kept between 0 and size),
  closed_at timestamptz not null
);
create table ledger.closed_leaf (
  epoch integer not null references ledger.closed_epoch,
  seq bigint not null,
  entry_id uuid not null unique,
  leaf_hash bytea not null,
  primary key (epoch, seq)
);
create table ledger.closed_tile (
  epoch integer not null references ledger.closed_epoch,
  level smallint not null,
  idx bigint not null,
  data bytea not null,
  primary key (epoch, level, idx)
);
create table ledger.closed_checkpoint (
  epoch integer not null references ledger.closed_epoch,
  size bigint not null,
  root bytea not null,
  note text not null,
  published_at timestamptz not null,
  primary key (epoch, size)
);
-- What witnesses said of the closed tree; the new one has its own.
create table ledger.closed_cosignature (
  epoch integer not null references ledger.closed_epoch,
  name text not null,
  key_id bytea not null,
  size bigint not null,
  line text not null,
  signed_at timestamptz not null,
  primary key (epoch, name, key_id, size)
);
create table ledger.closed_witnessed (
  epoch integer not null references ledger.closed_epoch,
  size bigint not null,
  policy bytea not null,
  witnessed_at timestamptz not null,
  primary key (epoch, size)
);
create trigger insert_only before update or delete or truncate on ledger.closed_epoch for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.closed_leaf for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.closed_tile for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.closed_checkpoint for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.closed_cosignature for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.closed_witnessed for each statement execute function ledger.refuse_change();
grant select on ledger.closed_epoch, ledger.closed_leaf, ledger.closed_tile, ledger.closed_checkpoint, ledger.closed_cosignature, ledger.closed_witnessed to concordat_gateway, concordat_ledger;

-- Closes the tree, having kept the first leaves of it, and leaves an empty one. What had a number past those, and what waited
-- for one, waits behind the entry that the caller appends next.
create function ledger.close_epoch(closed_origin text, closed_size bigint, closed_root bytea, keep bigint, at timestamptz) returns integer
language plpgsql as $$
declare
  closed integer;
begin
  select h.epoch into closed from ledger.head h for update;
  insert into ledger.closed_epoch values (closed, closed_origin, closed_size, closed_root, keep, at);
  insert into ledger.closed_leaf select closed, seq, entry_id, leaf_hash from ledger.leaf where seq < keep;
  insert into ledger.closed_tile select closed, level, idx, data from ledger.tile;
  insert into ledger.closed_checkpoint select closed, size, root, note, published_at from ledger.checkpoint;
  insert into ledger.closed_cosignature select closed, name, key_id, size, line, signed_at from ledger.cosignature;
  insert into ledger.closed_witnessed select closed, size, policy, witnessed_at from ledger.witnessed;
  create temporary table waiting_again on commit drop as
    select row_number() over (order by part, place) as place, entry_id, leaf_hash from (
      select 1 as part, seq as place, entry_id, leaf_hash from ledger.leaf where seq >= keep
      union all select 2, position, entry_id, leaf_hash from ledger.outbox) as w;
  delete from ledger.outbox;
  alter table ledger.leaf disable trigger insert_only;
  alter table ledger.tile disable trigger insert_only;
  alter table ledger.checkpoint disable trigger insert_only;
  alter table ledger.cosignature disable trigger insert_only;
  alter table ledger.witnessed disable trigger insert_only;
  alter table ledger.head disable trigger only_grows;
  delete from ledger.leaf;
  delete from ledger.tile;
  delete from ledger.checkpoint;
  delete from ledger.cosignature;
  delete from ledger.witnessed;
  update ledger.head set size = 0, root = sha256(''::bytea), edge = ''::bytea, version = version + 1, epoch = epoch + 1;
  alter table ledger.leaf enable trigger insert_only;
  alter table ledger.tile enable trigger insert_only;
  alter table ledger.checkpoint enable trigger insert_only;
  alter table ledger.cosignature enable trigger insert_only;
  alter table ledger.witnessed enable trigger insert_only;
  alter table ledger.head enable trigger only_grows;
  return closed + 1;
end
$$;
revoke execute on function ledger.close_epoch(text, bigint, bytea, bigint, timestamptz) from public;
