"""News of an open record: a view on the screen hears when what its reader sees has changed."""
