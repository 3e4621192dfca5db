-- Pruning is the gateway's: its login appends the entry that says so, which the ledger's cannot.
-- Up Migration

revoke execute on function ledger.prune(bigint, bytea, timestamptz, jsonb, uuid, timestamptz) from concordat_ledger;
