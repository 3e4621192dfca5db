-- What the witnesses of the ledger said of its checkpoints: their signature lines, byte for byte as they are published, and for
-- which checkpoints the policy that says who must have signed was met. Neither is ever changed or taken away.
-- Up Migration

create table ledger.cosignature (
  name text not null check (name <> ''),
  key_id bytea not null check (octet_length(key_id) = 4),
  size bigint not null check (size > 0),
  -- With its newline.
  line text not null check (line ~ '^— [^\n]+\n$'),
  signed_at timestamptz not null,
  primary key (name, key_id, size)
);
create index cosignature_size on ledger.cosignature (size);

create table ledger.witnessed (
  size bigint primary key check (size > 0),
  -- SHA-256 of the policy's text: another policy may ask for more.
  policy bytea not null check (octet_length(policy) = 32),
  witnessed_at timestamptz not null
);

create trigger insert_only before update or delete or truncate on ledger.cosignature for each statement execute function ledger.refuse_change();
create trigger insert_only before update or delete or truncate on ledger.witnessed for each statement execute function ledger.refuse_change();

grant select, insert on ledger.cosignature to concordat_ledger;
grant select, insert on ledger.witnessed to concordat_ledger;
grant select on ledger.cosignature to concordat_gateway;
grant select on ledger.witnessed to concordat_gateway;
