-- Two group roles and two schemas. The gateway acts as concordat_gateway, the ledger's sequencer and publisher as
-- concordat_ledger; each login that an operator makes is a member of one of them and owns nothing. Roles belong to
-- the whole server, so another database on it may have made them already.
-- Up Migration
do $$
begin
  perform pg_advisory_xact_lock(hashtext('concordat roles'));
  if not exists (select from pg_roles where rolname = 'concordat_gateway') then
    create role concordat_gateway nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'concordat_ledger') then
    create role concordat_ledger nologin;
  end if;
end
$$;

revoke create on schema public from public;
create schema concordat;
create schema ledger;
grant usage on schema concordat to concordat_gateway;
grant usage on schema ledger to concordat_gateway, concordat_ledger;
