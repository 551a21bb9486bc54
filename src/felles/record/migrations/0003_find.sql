-- A search by main code over the region: entries with several codes stand under their first alone in
-- entry_region, so they are looked through beside it.
create index entry_region_many on entry (type, low, id) where state < 2 and many;
