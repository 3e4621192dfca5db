-- Which key store holds the keys of what is sealed: a store of another installation, or the one that the keys have left, must not
-- be taken for it. `left_` is the store whose keys were moved and are still to be destroyed.
create table concordat.key_store (
  is_one boolean primary key default true check (is_one),
  id text not null,
  kind text not null check (kind in ('file', 'pkcs11', 'aws-kms')),
  since timestamptz not null,
  left_id text,
  left_kind text check (left_kind in ('file', 'pkcs11', 'aws-kms')),
  check ((left_id is null) = (left_kind is null)),
  check (left_id <> id)
);
grant select, insert, update on concordat.key_store to concordat_gateway;
