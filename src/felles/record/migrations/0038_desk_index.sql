-- The open cases of one organisation, which its desk reads: few beside its other work, and beside those of the region.

create index handover_desk on handover (org) where kind > 20 and state < 7;
