-- The gateway's copies of deliveries are kept like everything else (S3): items on shelves, with a class, a date that moves only by
-- a recorded act, holds, and a certificate at their end. No clause says how long they are kept: the originator's schedule does.
-- Up Migration

alter table concordat.item
  alter column transfer_id drop not null,
  add column delivery_id uuid unique references concordat.delivery,
  add constraint item_of_one check (num_nonnulls(transfer_id, delivery_id) = 1);

-- What a delivery was sent under, as a request has it.
alter table concordat.delivery
  add column agreement text,
  add column exchange text,
  add column from_party text,
  add column to_party text,
  add column marking text;
update concordat.delivery set agreement = 'hmpps-2025', exchange = 'concerns-export', from_party = 'hmi-prisons', to_party = 'hmpps', marking = 'OFFICIAL-SENSITIVE'
  where state in ('sent', 'acknowledged');
alter table concordat.delivery add constraint delivery_terms check (state not in ('sent', 'acknowledged')
  or num_nulls(agreement, exchange, from_party, to_party, marking) = 0);

-- Each copy had a shelf of its own. It keeps it, as another generation of the shelf of its date, because a key keeps its name.
insert into concordat.shelf (ref, owner, destroy_on, generation, state, destroyed_at)
  select c.shelf, 'hmi-prisons', c.destroy_on,
    (select coalesce(max(s.generation), 0) from concordat.shelf s where s.owner = 'hmi-prisons' and s.destroy_on = c.destroy_on)
      + row_number() over (partition by c.destroy_on order by c.id),
    case when c.wrapped_key is null then 'destroyed' else 'open' end, c.destroyed_at
  from concordat.delivery_copy c;
insert into concordat.item (id, delivery_id, vault_object, ciphertext_sha256, ciphertext_bytes, plaintext_bytes, row_count, wrapped_key, shelf_ref,
    cipher_profile, schedule_owner, schedule_version, schedule_is_demonstration, retention_class, clock_started_at, destroy_on, state, destroyed_at)
  -- Until now every copy was sealed under the one version of the schedule that there was.
  select c.id, c.delivery_id, c.vault_object, c.ciphertext_sha256, c.ciphertext_bytes, c.plaintext_bytes, d.row_count, c.wrapped_key, c.shelf,
    c.cipher_profile, 'hmi-prisons', 'demonstration-1', true, 'concerns', d.released_at, c.destroy_on,
    case when c.wrapped_key is null then 'destroyed' else 'sealed' end, c.destroyed_at
  from concordat.delivery_copy c join concordat.delivery d on d.id = c.delivery_id;

insert into concordat.collection (id, item_id, person_id, key_fingerprint, collected_at)
  select id, copy_id, person_id, key_fingerprint, collected_at from concordat.delivery_collection;
drop table concordat.delivery_collection;
alter table concordat.delivery_mail_opening drop constraint delivery_mail_opening_copy_id_fkey;
alter table concordat.delivery_mail_opening rename column copy_id to item_id;
alter table concordat.delivery_mail_opening add foreign key (item_id) references concordat.item;
drop table concordat.delivery_copy;

-- What every item is, whether it was asked for or is a delivery: in one place, for lists, holds and the watch.
create view concordat.kept with (security_invoker = true) as
  select i.id as item_id, 'transfer' as of_kind, t.id as of_id, t.reference, t.agreement, t.exchange, t.from_party, t.to_party,
    -- Whose people are told of its holds and its end.
    t.to_party as kept_for, t.marking, t.dataset as contents, t.state
  from concordat.item i join concordat.transfer t on t.id = i.transfer_id
  union all
  select i.id, 'delivery', d.id, d.number::text, d.agreement, d.exchange, d.from_party, d.to_party, d.from_party, d.marking, d.exchange, d.state
  from concordat.item i join concordat.delivery d on d.id = i.delivery_id;

-- Copies that left: collected by a person, or in the one message to the mailbox that a mail server took.
create view concordat.taken_copy with (security_invoker = true) as
  select c.id, c.item_id, c.person_id, c.collected_at as taken_at, a.state as attested, a.attested_at
  from concordat.collection c left join concordat.copy_attestation a on a.collection_id = c.id
  union all
  select o.id, o.item_id, null, m.sent_at, null, null
  from concordat.delivery_mail m join concordat.delivery_mail_opening o on o.id = m.opening where m.form = 'message';

grant select on concordat.kept, concordat.taken_copy to concordat_gateway;
