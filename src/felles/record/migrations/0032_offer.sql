-- What must be offered to a person's new GP or municipality: which sides of it and to whom ("owner,requester
-- PractitionerRole/x"), until the keeper has written the offer; '' for nothing.
alter table handover add column offer text collate "C" not null default '';
create index handover_offer on handover (bucket, person) where offer <> '';
-- The offers themselves, few beside all else (felles.access.handovers.kinds.Kind.OFFER).
create index handover_offers on handover (bucket, person) where kind = 13 and state < 7;
