-- Entries older than the log limit (MoJ's logging rule: at least 13 months, at most two years) shrink to the root of the tree
-- that they made and to totals. The hashes above them stay, so that every younger entry is still proved; what goes is their
-- bytes, their personal values, their search rows, their leaves and the lowest tiles. What may be deleted is stated first.
-- Up Migration

create table ledger.pruned (
  epoch integer not null,
  -- The first `through` entries are pruned: whole tiles of them.
  through bigint not null check (through > start and through % 256 = 0),
  start bigint not null check (start >= 0 and start % 256 = 0),
  -- Of the tree of the first `through` entries.
  root bytea not null check (octet_length(root) = 32),
  -- Everything in it was recorded before this moment.
  before timestamptz not null,
  -- [{"month": "2026-11", "type": "request.made", "entries": 12}] of entries start to through.
  totals jsonb not null check (jsonb_typeof(totals) = 'array'),
  pruned_at timestamptz not null,
  -- The ledger.pruned entry of the same transaction.
  entry_id uuid not null unique,
  primary key (epoch, through)
);
create trigger insert_only before update or delete or truncate on ledger.pruned for each statement execute function ledger.refuse_change();
grant select on ledger.pruned to concordat_gateway, concordat_ledger;

create function ledger.pruned_through() returns bigint language sql stable as $$
  select coalesce(max(p.through), 0) from ledger.pruned p join ledger.head h on h.epoch = p.epoch
$$;
grant execute on function ledger.pruned_through() to concordat_gateway, concordat_ledger;

-- What is not stated as pruned cannot be deleted, by anybody whom a trigger stops.
create function ledger.refuse_unpruned() returns trigger language plpgsql as $$
declare
  through bigint := ledger.pruned_through();
  is_pruned boolean;
begin
  if tg_table_name = 'entry' then
    is_pruned := exists (select from ledger.leaf l where l.entry_id = old.id and l.seq < through);
  elsif tg_table_name = 'leaf' then
    is_pruned := old.seq < through;
  else
    is_pruned := old.level = 0 and (old.idx + 1) * 256 <= through;
  end if;
  if is_pruned then return old; end if;
  raise exception 'ledger.% is insert-only: delete refused', tg_table_name using errcode = 'insufficient_privilege';
end
$$;

drop trigger insert_only on ledger.entry;
drop trigger insert_only on ledger.leaf;
drop trigger insert_only on ledger.tile;
create trigger insert_only before delete on ledger.entry for each row execute function ledger.refuse_unpruned();
create trigger insert_only before delete on ledger.leaf for each row execute function ledger.refuse_unpruned();
create trigger insert_only before delete on ledger.tile for each row execute function ledger.refuse_unpruned();
create trigger never_changed before update or truncate on ledger.entry for each statement execute function ledger.refuse_change();
create trigger never_changed before update or truncate on ledger.leaf for each statement execute function ledger.refuse_change();
create trigger never_changed before update or truncate on ledger.tile for each statement execute function ledger.refuse_change();

-- Deletes what the row says, in the transaction that appended the entry that says so. Nothing younger than 13 months goes,
-- and nothing that was not signed.
create function ledger.prune(prune_through bigint, tree_root bytea, cutoff timestamptz, counted jsonb, entry uuid, at timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
  prune_start bigint := ledger.pruned_through();
  current_epoch integer;
  removed bigint;
begin
  select h.epoch into current_epoch from ledger.head h;
  if cutoff > at - interval '13 months' then
    raise exception 'nothing younger than 13 months may be pruned' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from ledger.checkpoint c where c.size >= prune_through) then
    raise exception 'the first % entries are not signed yet', prune_through using errcode = 'insufficient_privilege';
  end if;
  if exists (select from ledger.leaf l join ledger.entry e on e.id = l.entry_id where l.seq < prune_through and e.recorded_at >= cutoff) then
    raise exception 'some of the first % entries are younger than %', prune_through, cutoff using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from ledger.index i join ledger.outbox o on o.entry_id = i.entry_id where i.entry_id = entry and i.kind = 'type' and i.key = 'ledger.pruned') then
    raise exception 'pruning has no entry in the ledger' using errcode = 'integrity_constraint_violation';
  end if;
  insert into ledger.pruned (epoch, through, start, root, before, totals, pruned_at, entry_id)
  values (current_epoch, prune_through, prune_start, tree_root, cutoff, counted, at, entry);
  delete from ledger.secret s using ledger.leaf l where l.entry_id = s.entry_id and l.seq < prune_through;
  delete from ledger.index i using ledger.leaf l where l.entry_id = i.entry_id and l.seq < prune_through;
  delete from ledger.entry e using ledger.leaf l where l.entry_id = e.id and l.seq < prune_through;
  get diagnostics removed = row_count;
  delete from ledger.leaf l where l.seq < prune_through;
  delete from ledger.tile t where t.level = 0 and (t.idx + 1) * 256 <= prune_through;
  return removed;
end
$$;
revoke execute on function ledger.prune(bigint, bytea, timestamptz, jsonb, uuid, timestamptz), ledger.refuse_unpruned(), ledger.pruned_through() from public;
grant execute on function ledger.prune(bigint, bytea, timestamptz, jsonb, uuid, timestamptz), ledger.pruned_through() to concordat_gateway, concordat_ledger;
