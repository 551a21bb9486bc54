-- A type is looked up by its name wherever an entry is told by its reference.

create unique index type_name_by_name on type_name (name);
