-- All roles of one organisation: its administrator keeps and reviews them.
create index staffing_org on staffing (org, source);
