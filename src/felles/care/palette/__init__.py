"""The palette (Ctrl+K): people, pages, what one may do, and words of the open record, found while one types."""
