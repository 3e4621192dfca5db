-- What became of copies that left: whoever took one says that it is destroyed or returned, and the certificate is issued again,
-- as another edition, when that changes what it says. Earlier editions stay as they were signed.
-- Up Migration

-- Written by whoever takes the attestation of a recipient; read when a certificate is made.
create table concordat.copy_attestation (
  collection_id uuid primary key references concordat.collection,
  state text not null check (state in ('destroyed', 'returned')),
  attested_by uuid not null references concordat.person,
  attested_at timestamptz not null
);

alter table concordat.certificate
  add column edition integer not null default 1 check (edition > 0),
  -- Of the copies as it lists them: another hash, another edition.
  add column copies_hash bytea check (length(copies_hash) = 32),
  drop constraint certificate_item_id_key,
  add constraint certificate_edition unique (item_id, edition);

grant select, insert on concordat.copy_attestation to concordat_gateway;
