-- How far the ledger was copied to somebody else's audit queue: one row, moved in the transaction in which its entries were
-- accepted there. It lags, and holds up nobody.
-- Up Migration

create table ledger.mirror (
  singleton boolean primary key default true check (singleton),
  epoch integer not null check (epoch >= 1),
  -- Entries of that epoch that were accepted.
  size bigint not null check (size >= 0),
  accepted_at timestamptz
);
insert into ledger.mirror (epoch, size) values (1, 0);
create trigger never_removed before delete or truncate on ledger.mirror for each statement execute function ledger.refuse_change();
grant select, update on ledger.mirror to concordat_ledger;
grant select on ledger.mirror to concordat_gateway;
