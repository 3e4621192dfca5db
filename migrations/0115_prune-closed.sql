-- The log limit holds for ledgers that were closed as well: their entries shrink to hashes and totals in the same way. A closed
-- tree does not grow any more, so that its last, partial tile goes too, once all of it is past the limit. To prove what goes
-- against what was signed, the edge of the closed tree is kept from now on.
-- Up Migration

alter table ledger.closed_epoch add column edge bytea;

drop function ledger.close_epoch(text, bigint, bytea, bigint, timestamptz);
-- As before (0019), and the edge of the first `keep` leaves.
create function ledger.close_epoch(closed_origin text, closed_size bigint, closed_root bytea, keep bigint, keep_edge bytea, at timestamptz) returns integer
language plpgsql as $$
declare
  closed integer;
begin
  select h.epoch into closed from ledger.head h for update;
  insert into ledger.closed_epoch (epoch, origin, size, root, kept, closed_at, edge) values (closed, closed_origin, closed_size, closed_root, keep, at, keep_edge);
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
revoke execute on function ledger.close_epoch(text, bigint, bytea, bigint, bytea, timestamptz) from public;

-- Whole tiles, but for the last step of a tree that is closed.
alter table ledger.pruned add column is_last boolean not null default false;
alter table ledger.pruned drop constraint pruned_check;
alter table ledger.pruned add constraint pruned_check check (through > start and (through % 256 = 0 or is_last));

create function ledger.pruned_through_of(of_epoch integer) returns bigint language sql stable as $$
  select coalesce(max(p.through), 0) from ledger.pruned p where p.epoch = of_epoch
$$;

create or replace function ledger.refuse_unpruned() returns trigger language plpgsql as $$
declare
  is_pruned boolean;
begin
  if tg_table_name = 'entry' then
    is_pruned := exists (select from ledger.leaf l where l.entry_id = old.id and l.seq < ledger.pruned_through())
      or exists (select from ledger.closed_leaf l where l.entry_id = old.id and l.seq < ledger.pruned_through_of(l.epoch));
  elsif tg_table_name = 'leaf' then
    is_pruned := old.seq < ledger.pruned_through();
  elsif tg_table_name = 'closed_leaf' then
    is_pruned := old.seq < ledger.pruned_through_of(old.epoch);
  elsif tg_table_name = 'closed_tile' then
    is_pruned := old.level = 0 and (old.idx + 1) * 256 <= ledger.pruned_through_of(old.epoch);
  else
    is_pruned := old.level = 0 and (old.idx + 1) * 256 <= ledger.pruned_through();
  end if;
  if is_pruned then return old; end if;
  raise exception 'ledger.% is insert-only: delete refused', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
drop trigger insert_only on ledger.closed_leaf;
drop trigger insert_only on ledger.closed_tile;
create trigger insert_only before delete on ledger.closed_leaf for each row execute function ledger.refuse_unpruned();
create trigger insert_only before delete on ledger.closed_tile for each row execute function ledger.refuse_unpruned();
create trigger never_changed before update or truncate on ledger.closed_leaf for each statement execute function ledger.refuse_change();
create trigger never_changed before update or truncate on ledger.closed_tile for each statement execute function ledger.refuse_change();

-- As ledger.prune, of a tree that is closed. What was lost of it and stands in published files alone is as old as the closing
-- at least, and goes with the last step.
create function ledger.prune_closed(of_epoch integer, prune_through bigint, tree_root bytea, cutoff timestamptz, counted jsonb, entry uuid, at timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
  closed ledger.closed_epoch;
  removed bigint;
begin
  select * into strict closed from ledger.closed_epoch c where c.epoch = of_epoch;
  if cutoff > at - interval '13 months' then
    raise exception 'nothing younger than 13 months may be pruned' using errcode = 'insufficient_privilege';
  end if;
  if prune_through > closed.kept and (prune_through <> closed.size or closed.closed_at >= cutoff) then
    raise exception 'the closed ledger is not all older than %', cutoff using errcode = 'insufficient_privilege';
  end if;
  if exists (select from ledger.closed_leaf l join ledger.entry e on e.id = l.entry_id where l.epoch = of_epoch and l.seq < prune_through and e.recorded_at >= cutoff) then
    raise exception 'some of the first % entries are younger than %', prune_through, cutoff using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from ledger.index i join ledger.outbox o on o.entry_id = i.entry_id where i.entry_id = entry and i.kind = 'type' and i.key = 'ledger.epoch-pruned') then
    raise exception 'pruning has no entry in the ledger' using errcode = 'integrity_constraint_violation';
  end if;
  insert into ledger.pruned (epoch, through, start, root, before, totals, pruned_at, entry_id, is_last)
  values (of_epoch, prune_through, ledger.pruned_through_of(of_epoch), tree_root, cutoff, counted, at, entry, prune_through = closed.size);
  delete from ledger.secret s using ledger.closed_leaf l where l.entry_id = s.entry_id and l.epoch = of_epoch and l.seq < prune_through;
  delete from ledger.index i using ledger.closed_leaf l where l.entry_id = i.entry_id and l.epoch = of_epoch and l.seq < prune_through;
  delete from ledger.entry e using ledger.closed_leaf l where l.entry_id = e.id and l.epoch = of_epoch and l.seq < prune_through;
  get diagnostics removed = row_count;
  delete from ledger.closed_leaf l where l.epoch = of_epoch and l.seq < prune_through;
  delete from ledger.closed_tile t where t.epoch = of_epoch and t.level = 0 and (t.idx + 1) * 256 <= prune_through;
  return removed;
end
$$;
revoke execute on function ledger.prune_closed(integer, bigint, bytea, timestamptz, jsonb, uuid, timestamptz), ledger.pruned_through_of(integer) from public;
grant execute on function ledger.prune_closed(integer, bigint, bytea, timestamptz, jsonb, uuid, timestamptz) to concordat_gateway;
grant execute on function ledger.pruned_through_of(integer) to concordat_gateway, concordat_ledger;
