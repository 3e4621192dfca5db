-- What a time-stamping authority said of checkpoints: RFC 3161 tokens, byte for byte, beside the checkpoints that they are
-- about. Never changed or taken away; those of a log that was closed keep its epoch.
-- Up Migration

create table ledger.time_token (
  epoch integer not null check (epoch >= 1),
  size bigint not null check (size > 0),
  token bytea not null check (octet_length(token) between 1 and 65536),
  -- What the authority says, and what our clock said when its answer came.
  stamped_at timestamptz not null,
  received_at timestamptz not null,
  primary key (epoch, size, stamped_at, received_at)
);
create trigger insert_only before update or delete or truncate on ledger.time_token for each statement execute function ledger.refuse_change();
grant select, insert on ledger.time_token to concordat_ledger;
grant select on ledger.time_token to concordat_gateway;
